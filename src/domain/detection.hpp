// What the engine finds and what the tracker makes of it.
#pragma once

#include <cstdint>
#include <optional>

#include "domain/geometry.hpp"

namespace hazard::domain {

struct Detection {
  PixelBox box;
  float confidence = 0;  // 0..1
  int class_id = 0;      // index into ModelInfo::classes
};

// A detection with the identity that tracking gave it; without tracking `track` is empty.
struct TrackedDetection {
  struct Track {
    std::uint64_t id = 0;          // unique within a session for ever, counted from 1
    std::uint32_t age_frames = 0;  // frames since the track began, its first counted as 1
    bool is_new = false;           // the first result in which the track is confirmed
  };
  Detection detection;
  std::optional<Track> track;
  bool predicted = false;  // moved on by the tracker, not seen in this frame
};

}  // namespace hazard::domain
