#include "app/drive_fixes.hpp"

#include <algorithm>

namespace hazard::app {

std::optional<Fix> DriveFixes::with(base::WallTime at) {
  const auto after = std::ranges::lower_bound(points_, at, {}, &serve::GpxPoint::at);
  auto index = static_cast<std::size_t>(after - points_.begin());
  // The first picture gets the point before it: the next one brings the point after.
  if (next_ == 0 && index > 0) --index;
  if (index >= points_.size() || index < next_) return std::nullopt;
  next_ = index + 1;
  const serve::GpxPoint& point = points_[index];
  return Fix{.location = {.latitude = point.point.latitude,
                          .longitude = point.point.longitude,
                          .accuracy_m = {},
                          .heading_deg = {},
                          .speed_mps = {}},
             .at = point.at};
}

}  // namespace hazard::app
