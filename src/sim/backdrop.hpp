// What is not road: sky, clouds, the line of woods at the horizon, and trees, bushes and guard rails beside the road.
// Made for each frame; read only while rows are painted.
#pragma once

#include <vector>

#include "domain/picture.hpp"
#include "sim/row.hpp"
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
  struct Plant {
    float x = 0, y = 0;          // middle of the crown, pixels
    float half_x = 0, half_y = 0;
    float foot_y = 0;            // where it meets the ground
    float z = 0;
    float noise_x = 0, noise_y = 0;
    float metre_px = 1;
    float tone = 1;
    bool tree = false;
    Colour colour;
  };
  void plant_side(double side);
  void paint_sky_pixel(Row& row, int x) const;
  void paint_plant(Row& row, const Plant& plant) const;

  const Scene* scene_;
  const View* view_;
  std::vector<float> woods_;   // height of the horizon's woods above it, pixels, for each column
  std::vector<Plant> plants_;  // farthest first
};

}  // namespace hazard::sim
