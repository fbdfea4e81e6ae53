// Gives detections an identity from frame to frame: two-stage association after ByteTrack (Zhang et al., ECCV 2022), constant
// velocity Kalman filters on real elapsed time (frames come unevenly and get dropped). One Tracker per session; used by one
// worker at a time, never locked.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "domain/detection.hpp"

namespace hazard::track {

struct TrackerOptions {
  float high_confidence = 0.5F;  // first association and new tracks; callers set it to the session's threshold
  float low_confidence = 0.1F;   // second association: may keep a track alive, never begins one
  int confirm_hits = 2;          // sightings until a tentative track is confirmed
  base::Duration lost_after = std::chrono::milliseconds(1500);  // a track unseen for longer is removed
  int tracks_max = 200;                                         // bounds the assignment's cost
};

class Tracker {
 public:
  explicit Tracker(TrackerOptions options = {});
  ~Tracker();
  Tracker(Tracker&&) noexcept;
  Tracker& operator=(Tracker&&) noexcept;

  // The next frame's detections (pixels of the picture), taken at `at` (never before the last call's). Returns those at or
  // above the high threshold, in the order given, each with its track: tentative ones too (an id is never withheld), with
  // is_new set in the one result in which the track is confirmed.
  std::vector<domain::TrackedDetection> update(std::span<const domain::Detection> detections, base::SteadyTime at);

  // Thresholds may change while tracks live.
  void set_high_confidence(float confidence) noexcept;

  // Ids go on after reset: no id is ever given twice by one Tracker.
  void forget_tracks() noexcept;

  std::size_t live_tracks() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hazard::track
