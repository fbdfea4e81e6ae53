// Gives detections an identity from frame to frame: two-stage association after ByteTrack (Zhang et al., ECCV 2022), constant
// velocity Kalman filters on real elapsed time (frames come unevenly and get dropped). One Tracker per session; used by one
// worker at a time, never locked.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "domain/detection.hpp"
#include "domain/picture.hpp"

namespace hazard::track {

struct TrackerOptions {
  float high_confidence = 0.5F;  // first association and new tracks; callers set it to the session's threshold
  float low_confidence = 0.1F;   // second association: may keep a track alive, never begins one
  int confirm_hits = 2;          // sightings until a tentative track is confirmed
  base::Duration lost_after = std::chrono::milliseconds(1500);  // a track unseen for longer, while frames came, is removed
  // Follow the camera's motion over the road, learnt from the pictures and the boxes; off: every box moves by itself.
  bool camera_motion = true;
  int tracks_max = 200;  // bounds the assignment's cost
};

// What is known of a frame besides its boxes.
struct FrameSight {
  base::SteadyTime at;                        // when it was received; never before the last one's
  domain::SizePx picture;                     // as sent, after orientation; 0x0: unknown
  const domain::GreyPicture* grey = nullptr;  // image::shrink_grey of the same picture; null: none. Read during the call only.
  std::optional<double> speed_mps;            // of the vehicle, as sent with the frame
  std::optional<double> heading_deg;          // from north, clockwise
};

class Tracker {
 public:
  explicit Tracker(TrackerOptions options = {});
  ~Tracker();
  Tracker(Tracker&&) noexcept;
  Tracker& operator=(Tracker&&) noexcept;

  // The next frame's detections, in pixels of the picture. Returns those at or above the high threshold, in the order given, each with
  // its track: tentative ones too (an id is never withheld), with is_new set in the one result in which the track is confirmed.
  std::vector<domain::TrackedDetection> update(std::span<const domain::Detection> detections, const FrameSight& sight);
  std::vector<domain::TrackedDetection> update(std::span<const domain::Detection> detections, base::SteadyTime at);

  // The next frame, in which nothing was looked for: where the confirmed tracks seen in the last update() have got to. Each is marked
  // predicted and carries the confidence of its last sighting; boxes are clamped to the picture, those that left it are omitted.
  // No track begins, ends, is confirmed or counted as missed by it, and the next update() finds what it would have found anyway.
  std::vector<domain::TrackedDetection> predict(const FrameSight& sight);

  // Everything the tracker knows, options included, as bytes that load() takes back: at most kSavedBytesMost. Times are kept as ages
  // at `now`, because another process has another steady clock. The bytes are for the same program on the same kind of machine:
  // a later version may refuse them.
  static constexpr std::size_t kSavedBytesMost = 512 * 1024;
  std::string save(base::SteadyTime now) const;

  // `now` is the loader's time that stands for the saver's `now`: the present minus how long the pause was, as far as that is known
  // (from the wall clock); without that knowledge the present. Nothing for bytes that save() did not write or that were damaged.
  static std::optional<Tracker> load(std::string_view bytes, base::SteadyTime now);

  // Thresholds may change while tracks live.
  void set_high_confidence(float confidence) noexcept;

  // Ids go on after reset: no id is ever given twice by one Tracker.
  void forget_tracks() noexcept;

  std::size_t live_tracks() const noexcept;

 private:
  struct State;
  explicit Tracker(std::unique_ptr<State> state) noexcept;

  std::unique_ptr<State> state_;
};

}  // namespace hazard::track
