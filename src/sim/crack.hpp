// Cracks in one frame: their lines projected, as coverage of pixels, and painted into rows.
// Made for each frame; read only while rows are painted.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/hazards.hpp"
#include "sim/outline.hpp"
#include "sim/row.hpp"
#include "sim/view.hpp"

namespace hazard::sim {

Outline crack_outline(const View& view, const Hazard& hazard, domain::SizePx size);

class CrackMask {
 public:
  CrackMask(const View& view, const Hazard& hazard, domain::SizePx size);
  void paint(const Scene& scene, double start_m, Row& row) const;

 private:
  void draw(Point a, Point b, float half_a, float half_b);

  float strength_ = 1;
  int left_ = 0, top_ = 0, width_ = 0, height_ = 0;
  std::vector<std::uint8_t> coverage_;  // width_ x height_
};

}  // namespace hazard::sim
