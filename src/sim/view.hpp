// One frame's camera: how the road in front of it maps to the picture and back. The road is described by (z, t): z metres
// ahead of the camera along the road, t metres right of the middle of the own lane; up is metres above the road.
// Made for each frame, then read only.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/drive.hpp"
#include "sim/track.hpp"

namespace hazard::sim {

struct Point {
  float x = 0;  // pixels, 0 at the left edge of the picture
  float y = 0;
};

// Where a row of the levelled camera meets the road.
struct GroundRow {
  float z = 0;       // metres ahead
  float per_px = 0;  // metres to the side for one pixel
  float shift = 0;   // what to add to get t: bends, the car's place in its lane
};

class View {
 public:
  View(const DriveOptions& options, const Track& track, double time_s);

  double start_m() const noexcept { return start_m_; }  // the camera's place along the road
  double focal_px() const noexcept { return focal_; }
  double height_m() const noexcept { return height_; }
  double heading() const noexcept { return heading_; }  // of the camera

  // False when the place is nearer than kNearest or beyond the view.
  bool project(double z, double t, double up, Point& into) const noexcept;

  // A picture's pixel (its centre) in the levelled camera: u to the right and v downwards from its axis, in pixels.
  float level_u(float x, float y) const noexcept { return cos_ * (x - cx_) + sin_ * (y - cy_); }
  float level_v(float x, float y) const noexcept { return -sin_ * (x - cx_) + cos_ * (y - cy_); }
  float level_du() const noexcept { return cos_; }  // for one pixel to the right
  float level_dv() const noexcept { return -sin_; }
  // Rows of the levelled camera that see road: v in [ground_top(), ground_bottom()).
  float ground_top() const noexcept { return static_cast<float>(first_row_); }
  float ground_bottom() const noexcept { return static_cast<float>(first_row_ + static_cast<int>(rows_.size()) - 1); }
  // v must lie in that range.
  GroundRow ground(float v) const noexcept {
    const float from_top = v - static_cast<float>(first_row_);
    const auto row = static_cast<std::size_t>(from_top);
    const float w = from_top - static_cast<float>(row);
    const GroundRow& a = rows_[row];
    const GroundRow& b = rows_[row + 1];
    return {a.z + (b.z - a.z) * w, a.per_px + (b.per_px - a.per_px) * w, a.shift + (b.shift - a.shift) * w};
  }
  // The row of the levelled camera at which level ground would end.
  float horizon() const noexcept { return horizon_; }

  static constexpr double kNearest = 0.9;
  static constexpr double kFarthest = 700;

 private:
  // The road's course at growing distances.
  struct Sample {
    double z = 0;
    double side = 0;  // where the own lane's middle lies, right of the camera's axis
    double rise = 0;  // height over the road under the car, along its slope
    double v = 0;
  };
  Sample at(double z) const noexcept;
  void place_camera(const DriveOptions& options, const Track& track, double time_s);
  void follow_road(const Track& track);
  void tabulate();
  double row_of(double z, double rise) const noexcept;

  double start_m_ = 0;
  double focal_ = 1;
  double height_ = 1;
  double heading_ = 0;
  double yaw_ = 0;      // to the right of the road's direction
  double lateral_ = 0;  // right of the own lane's middle
  double pitch_sin_ = 0;
  double pitch_cos_ = 1;
  float cx_ = 0, cy_ = 0, cos_ = 1, sin_ = 0;
  float horizon_ = 0;
  int first_row_ = 0;
  std::vector<Sample> samples_;
  std::vector<GroundRow> rows_;
};

}  // namespace hazard::sim
