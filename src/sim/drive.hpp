// The simulated drive: a deterministic renderer of a road seen through a windscreen, with hazards at known places on a known
// track, and the truth for every frame. It feeds the demo page, tests, training and load tests. Everything follows from the
// options: the same options give the same pixels on every machine. Rendering any frame is independent of the others, so any
// number of threads may share one Drive. Options must be finite and within the ranges of app/simulate_command.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "domain/geometry.hpp"
#include "domain/picture.hpp"

namespace hazard::sim {

struct DriveOptions {
  std::uint64_t seed = 1;
  domain::SizePx size{1280, 720};
  double fps = 10;
  double speed_mps = 13.9;      // 50 km/h
  double hazards_per_km = 120;  // 0: a clean road
  double camera_height_m = 1.35;
  double camera_pitch_deg = 6;  // downwards
  double horizontal_fov_deg = 62;
  double shake = 1;        // 0: a camera on rails
  double darkness = 0;     // 0 day .. 1 night with headlights
  double latitude = 52.0;  // where the track starts; it runs on from there with gentle bends
  double longitude = 13.0;
};

struct HazardTruth {
  std::uint64_t id = 0;   // one per physical hazard, the same in every frame
  int class_id = 0;       // 0 crack, 1 pothole
  domain::PixelBox box;   // tight around the visible part, clamped to the picture
  double distance_m = 0;  // from the camera along the road
  double visible = 1;     // share of the hazard inside the picture, 0..1
};

struct FrameTruth {
  std::uint64_t frame = 0;
  double time_s = 0;
  double travelled_m = 0;
  double latitude = 0;
  double longitude = 0;
  double heading_deg = 0;  // from north, clockwise
  double speed_mps = 0;
  // Nearest first; only boxes of at least 6x4 pixels, nearer than 40 m, and bold enough to be told from the asphalt's grain: a
  // single crack of an eighth of a pixel's width is drawn but not listed.
  std::vector<HazardTruth> hazards;
};

class Drive {
 public:
  explicit Drive(const DriveOptions& options);
  ~Drive();
  Drive(Drive&&) noexcept;
  Drive& operator=(Drive&&) noexcept;

  const DriveOptions& options() const noexcept;
  FrameTruth truth(std::uint64_t frame) const;
  // Renders frame number `frame` into `into` (options().size). Const and without shared scratch: callers may render in
  // several threads with one Drive.
  void render(std::uint64_t frame, const domain::RgbView& into) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hazard::sim
