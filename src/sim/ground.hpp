// Paints asphalt, lane marks, verge and grass into a row.
#pragma once

#include "sim/row.hpp"

namespace hazard::sim {

// `start_m`: the camera's place along the road.
void paint_ground(const Scene& scene, double start_m, Row& row);

}  // namespace hazard::sim
