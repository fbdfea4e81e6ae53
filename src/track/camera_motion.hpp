// What the camera does over the road: where its horizon lies, how fast the road comes nearer, and how it turned since the last frame.
// Learnt from the picture (picture_motion.hpp), from the vehicle's speed and heading where they are sent, and from the tracked boxes
// themselves, which lie still on the road, so that whatever they all do at once is the camera's doing. Used by tracker.cpp, one for
// each tracker, never locked.
//
// What always holds: every number is finite, k >= 0, and the uncertainties never fall to zero.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "domain/geometry.hpp"
#include "domain/picture.hpp"
#include "track/picture_motion.hpp"
#include "track/road_view.hpp"

namespace hazard::track {

// A track's box as expected in this frame, and what was found. Variances in pixels^2, of the difference of the centres, without the
// camera's part.
struct BoxPair {
  domain::PixelBox expected;
  domain::PixelBox found;
  double variance_x = 0;
  double variance_y = 0;
};

// Where a box stood, and how wide it was, when its track was young: from it the horizon is learnt.
struct GrowthMark {
  double log_width = 0;
  double row = 0;  // of the centre, the camera's nodding taken off
};

class CameraMotion {
 public:
  // Everything that is kept from frame to frame but the picture.
  struct Snapshot {
    double horizon = 0;  // of the camera at rest; follows from horizon_cost
    double focus = 0;
    double nod = 0;  // the horizon's place beside that at rest
    double yaw_rate = 0;
    double rate_per_speed = 0;
    double rate_per_speed_variance = 0;
    double speed = 0;
    double heading_deg = 0;
    double restlessness = 1;  // how much more than the usual camera it shakes: a factor of variances
    bool speed_sent = false;
    bool heading_sent = false;
    static constexpr std::size_t kHorizons = 21;
    std::array<double, kHorizons> horizon_cost{};
  };

  // True after take_size with a real size: nothing else may be called before.
  bool knows_size() const noexcept { return size_.width > 0; }
  // The picture's size, in whose pixels all that follows is. After another size of the same shape what was learnt is scaled; after
  // another shape it is forgotten.
  void take_size(domain::SizePx size) noexcept;

  // The motion from the last frame to this one, dt seconds (>= 0) later, as far as it is known before the boxes are looked at.
  CameraStep step(double dt, const domain::GreyPicture* grey, std::optional<double> speed_mps, std::optional<double> heading_deg);

  // Where the camera looks now, and where it looked before what step() or learn() returned last: what that starts from.
  RoadView view() const noexcept;
  const RoadView& from() const noexcept { return from_; }

  // Variances that the uncertainty of step(), and after learn() what is left of it, adds to where a place of the road is expected.
  double variance_x(const PicturePoint& expected) const noexcept;
  double variance_y(const PicturePoint& expected) const noexcept;

  // The rest of the step, had the usual camera driven at so many metres a second; and the decision that this one did.
  CameraStep step_at(double mps, double dt) const noexcept;
  void assume_speed(double mps, double dt) noexcept;

  // What all pairs have in common is taken as the camera's: the rest of the step, to be applied on top of step(). Pairs that
  // disagree with the others count little.
  CameraStep learn(std::span<const BoxPair> pairs, double dt);

  GrowthMark mark(const domain::PixelBox& box) const noexcept;
  // A box of the same track, some time later.
  void learn_horizon(const GrowthMark& young, const domain::PixelBox& now) noexcept;

  // The picture of the last step() showed what the one before it did, as far as two frames of one drive do.
  bool saw_the_same() const noexcept { return seen_picture_ && picture_.alike(); }
  // The next picture is to be compared with this one, and with none before it.
  void look_again(const domain::GreyPicture& grey);
  // The last picture; empty: none.
  const domain::GreyPicture& last_picture() const noexcept { return picture_.last(); }

  Snapshot snapshot() const noexcept;
  // False, and nothing changed, when the numbers are none that a camera could have.
  bool restore(const Snapshot& snapshot, domain::SizePx size) noexcept;

  domain::SizePx size() const noexcept { return size_; }

 private:
  double view_variance_x(const PicturePoint& expected) const noexcept;
  double view_variance_y(const PicturePoint& expected) const noexcept;
  void begin(domain::SizePx size) noexcept;
  void look_at(const domain::GreyPicture& grey, double dt);
  void take_heading(std::optional<double> heading_deg) noexcept;
  void note_restlessness() noexcept;
  // camera_horizon.cpp
  static constexpr std::size_t kHorizonTries = 5;
  std::array<HorizonTry, kHorizonTries> horizon_tries() const noexcept;
  bool unsure_of_horizon() const noexcept;
  void learn_horizon(std::span<const HorizonTry> tries) noexcept;
  void settle_horizon() noexcept;
  void take_speed(std::optional<double> speed_mps, double dt) noexcept;
  double usual_rate() const noexcept;
  double rate_least() const noexcept;
  double rate_most() const noexcept;
  void correct_rate(double change_of_k, double variance_before, double variance_after, double dt) noexcept;

  domain::SizePx size_;
  Snapshot s_;
  double horizon_variance_ = 0;
  PictureMotion picture_;
  std::vector<BoxPair> weighed_;
  // What was guessed of the motion since the last picture, in frames that came without one.
  struct Unseen {
    CameraStep step;
    double seconds = 0;
    double dx_variance = 0;
    double k_variance = 0;
    void add(const CameraStep& more, double more_seconds, double more_dx, double more_k) noexcept;
  };
  Unseen unseen_;
  RoadView picture_view_;  // of the last picture
  // Of the step in progress.
  CameraStep step_;
  RoadView from_;
  double seen_seconds_ = 0;    // between the two pictures compared
  bool has_picture_ = false;   // this frame came with one
  bool seen_picture_ = false;  // and it could be compared with the last
  double k_variance_ = 0;
  double dx_variance_ = 0;
  double dy_variance_ = 0;
};

}  // namespace hazard::track
