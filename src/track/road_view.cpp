#include "track/road_view.hpp"

#include <algorithm>

namespace hazard::track {
namespace {

constexpr double kNearestShare = 0.05;

}  // namespace

double rows_below(double y, const RoadView& view, double least) noexcept { return std::max(least, y - view.horizon); }

double growth_at(double y, const RoadView& view, const CameraStep& step) noexcept {
  const double w = y - view.horizon;
  return w > 0 ? 1 / std::max(kNearestShare, 1 - step.k * w) : 1;
}

PicturePoint moved(const PicturePoint& from, const RoadView& view, const CameraStep& step) noexcept {
  double x = from.x;
  double y = from.y;
  const double w = from.y - view.horizon;
  if (w > 0) {
    const double growth = growth_at(from.y, view, step);
    x = view.focus + (from.x - view.focus) * growth;
    y = view.horizon + w * growth;
  }
  // Small angles: a camera that rolls by more than some degrees between two frames is not mounted.
  return {x + step.dx - step.roll * (y - view.middle_y), y + step.dy + step.roll * (x - view.middle_x)};
}

}  // namespace hazard::track
