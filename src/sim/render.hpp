// Paints one frame: ground row by row, then what stands beside the road, then the lens and the sensor.
// Any number of threads may render frames of one scene.
#pragma once

#include "domain/picture.hpp"
#include "sim/scene.hpp"
#include "sim/view.hpp"

namespace hazard::sim {

void render_frame(const Scene& scene, const View& view, std::uint64_t frame, double time_s, const domain::RgbView& into);

}  // namespace hazard::sim
