// Shadows on the ground: of trees, of wires across the road, of bridges. Made for each frame; read only while rows are painted.
#pragma once

#include <vector>

#include "sim/plants.hpp"
#include "sim/row.hpp"

namespace hazard::sim {

class Shade {
 public:
  Shade(const Scene& scene, double start_m);
  // Darkens row.light.
  void paint(Row& row) const;

 private:
  // A tree crown's shadow: an ellipse, drawn out away from the sun.
  struct Crown {
    float z = 0, t = 0;
    float across = 1;  // half axes: across and along the sun's direction
    float along = 1;
    float reach_t = 1;  // of the ellipse, to either side
    float reach_z = 1;
    float noise_x = 0, noise_y = 0;
  };
  // A straight edge-to-edge shadow: dark where |z + skew t - middle| < half.
  struct Band {
    float middle = 0, half = 0, skew = 0, soft = 0.02F, depth = 1;
  };
  void paint_crown(Row& row, const Crown& crown) const;
  void paint_band(Row& row, const Band& band) const;

  const Scene* scene_;
  std::vector<Crown> crowns_;
  std::vector<Band> bands_;
};

// Bridges over the road; structures draw them, shade lets them cast a shadow.
struct Bridge {
  double z = 0;          // metres ahead, its near edge
  double long_m = 10;    // along the road
  double clear_m = 5.5;  // its underside above the road
  double thick_m = 1.3;
};
std::vector<Bridge> bridges_between(const Scene& scene, double start_m, double from_z, double to_z);

}  // namespace hazard::sim
