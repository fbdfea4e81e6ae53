// Potholes in one frame: outline, depth seen by the camera, rubble, the shadow of the rim, water.
// Made for each frame; read only while rows are painted.
#pragma once

#include "sim/hazards.hpp"
#include "sim/outline.hpp"
#include "sim/row.hpp"
#include "sim/view.hpp"

namespace hazard::sim {

class PotholeMark {
 public:
  PotholeMark(const Scene& scene, const View& view, const Hazard& hazard);
  Outline outline(domain::SizePx size) const;
  void paint(Row& row) const;

 private:
  // 0 on the rim, negative inside, in shares of the radius; (t, z) in metres from the middle.
  float rim(float t, float z) const noexcept;
  float depth(float rim_distance) const noexcept;
  void paint_pixel(Row& row, int x, float soften) const noexcept;

  const Scene* scene_;
  const View* view_;
  PotholeShape shape_;
  float strength_ = 1;
  double t_ = 0;  // the middle in the frame's coordinates
  double z_ = 0;
  TileLevel noise_;
  TileLevel stones_;
  float frequency_ = 1;  // of the outline's noise, per metre
};

}  // namespace hazard::sim
