// Trees and bushes beside the road, as the backdrop draws them and as their shadows fall. Like the hazards they live in slots of
// the road, so that any stretch can be asked for. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/scene.hpp"

namespace hazard::sim {

struct Plant {
  double z = 0;       // metres ahead of `start_m`
  double t = 0;       // right of the own lane's middle
  double tall = 0;    // metres
  double wide = 0;    // half its width
  bool tree = false;  // with a trunk
  float tone = 1;
  float noise_x = 0;  // where in the noise tiles its leaves are taken from
  float noise_y = 0;
  Colour colour;
};

std::vector<Plant> plants_between(const Scene& scene, double start_m, double from_z, double to_z);

}  // namespace hazard::sim
