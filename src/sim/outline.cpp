#include "sim/outline.hpp"

namespace hazard::sim {

// Liang and Barsky: A new concept and method for line clipping, 1984.
bool add_clipped(Extent& extent, Point a, Point b, domain::SizePx size) noexcept {
  float from = 0;
  float to = 1;
  const float dx = b.x - a.x;
  const float dy = b.y - a.y;
  const auto cut = [&](float step, float room) {
    if (step == 0) return room >= 0;
    const float at = room / step;
    if (step < 0) from = std::max(from, at);
    if (step > 0) to = std::min(to, at);
    return from <= to;
  };
  if (!cut(-dx, a.x) || !cut(dx, static_cast<float>(size.width) - a.x)) return false;
  if (!cut(-dy, a.y) || !cut(dy, static_cast<float>(size.height) - a.y)) return false;
  extent.add(Point{a.x + dx * from, a.y + dy * from});
  extent.add(Point{a.x + dx * to, a.y + dy * to});
  return true;
}

}  // namespace hazard::sim
