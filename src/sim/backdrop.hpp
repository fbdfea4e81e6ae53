// What is not road: sky, clouds, the line of woods at the horizon, and trees, bushes and built things beside the road.
// Made for each frame; read only while rows are painted.
#pragma once

#include <vector>

#include "domain/picture.hpp"
#include "sim/plants.hpp"
#include "sim/row.hpp"
#include "sim/structures.hpp"
#include "sim/view.hpp"

namespace hazard::sim {

class Backdrop {
 public:
  Backdrop(const Scene& scene, const View& view);

  // Fills the pixels of the row that see no ground.
  void paint_sky(Row& row) const;
  // Covers ground and sky with what stands between them and the camera. `row.z` becomes its distance.
  void paint_standing(Row& row) const;

 private:
  // A plant as the picture shows it.
  struct Crown {
    Plant plant;
    float x = 0, y = 0;  // middle of the crown, pixels
    float half_x = 0, half_y = 0;
    float foot_y = 0;  // where it meets the ground
    float metre_px = 1;
  };
  void grow(const Plant& plant);
  void paint_sky_span(Row& row, int from, int to) const;
  // u pixels right of the camera's axis, `up` pixels above the horizon.
  Colour sky_at(const TileLevel& clouds, float u, float up) const noexcept;
  void paint_crown(Row& row, const Crown& crown) const;
  void paint_trunk(Row& row, const Crown& crown) const;

  const Scene* scene_;
  const View* view_;
  float azimuth_ = 0;         // of the camera
  std::vector<float> woods_;  // height of the horizon's woods above it, pixels, for each column
  // Farthest first.
  std::vector<Crown> crowns_;
  std::vector<Panel> panels_;
};

}  // namespace hazard::sim
