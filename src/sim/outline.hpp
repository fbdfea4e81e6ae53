// A hazard's extent in the picture: what the truth's boxes are made of.
#pragma once

#include <algorithm>

#include "domain/geometry.hpp"
#include "sim/view.hpp"

namespace hazard::sim {

struct Extent {
  float x1 = 1e9F, y1 = 1e9F, x2 = -1e9F, y2 = -1e9F;
  bool empty() const noexcept { return x1 >= x2 || y1 >= y2; }
  float area() const noexcept { return empty() ? 0 : (x2 - x1) * (y2 - y1); }
  void add(Point p, float margin = 0) noexcept { add(Extent{p.x - margin, p.y - margin, p.x + margin, p.y + margin}); }
  void add(const Extent& other) noexcept {
    x1 = std::min(x1, other.x1);
    y1 = std::min(y1, other.y1);
    x2 = std::max(x2, other.x2);
    y2 = std::max(y2, other.y2);
  }
  // Grown by `margin` on each side, inside a picture of this size.
  Extent clamped(float margin, domain::SizePx size) const noexcept {
    return {std::max(0.0F, x1 - margin), std::max(0.0F, y1 - margin), std::min(static_cast<float>(size.width), x2 + margin),
            std::min(static_cast<float>(size.height), y2 + margin)};
  }
};

struct Outline {
  Extent whole;    // also what lies outside the picture, as far as the camera's plane
  Extent visible;  // inside the picture
  // Pixels that a crack darkens or a hole covers, faint ones counted by their share, and how much of a pixel's width a crack's
  // lines fill in the mean (1 for a hole): fainter ones drown in the asphalt's grain.
  float ink_px = 0;
  float boldness = 1;
};

// Adds the part of the line a-b that lies inside the picture; true when there is one.
bool add_clipped(Extent& extent, Point a, Point b, domain::SizePx size) noexcept;

}  // namespace hazard::sim
