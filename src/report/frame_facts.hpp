// What one looked-at picture says, as reports need it: the facts that session code hands over with each result. Plain data.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/frame.hpp"
#include "domain/hazard.hpp"
#include "report/road_projection.hpp"

namespace hazard::report {

struct Found {
  int class_id = 0;
  std::string class_name;
  domain::PixelBox box;
  float confidence = 0;
  std::uint64_t track_id = 0;  // unique within the session; 0: not tracked
  bool predicted = false;      // moved on by the tracker, not seen in this picture
};

struct FrameFacts {
  std::string client_key;
  std::string session_id;
  std::string source;  // "stream", "session", "import", ...
  std::string frame_id;
  std::string model_version;
  domain::Thresholds thresholds;
  base::WallTime at{};       // taken
  base::WallTime arrived{};  // received; the same clock
  domain::SizePx picture;
  std::optional<std::uint64_t> likeness;  // 64-bit difference hash of the picture
  std::optional<domain::Location> location;
  std::optional<base::WallTime> location_at;  // when it was measured; empty: with the picture
  Camera camera;
  std::vector<Found> found;
};

}  // namespace hazard::report
