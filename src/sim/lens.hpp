// From a row's colours to the picture's bytes: sunlight or headlights, haze, exposure, vignetting, the sensor's noise.
#pragma once

#include <cstdint>

#include "sim/row.hpp"
#include "sim/view.hpp"

namespace hazard::sim {

class Lens {
 public:
  Lens(const Scene& scene, const View& view, std::uint64_t frame, double time_s);
  void expose(const Row& row, std::uint8_t* into) const;

 private:
  const Scene* scene_;
  const View* view_;
  std::uint64_t noise_seed_ = 0;
  float exposure_ = 1;
  Colour balance_{1, 1, 1};  // the camera's idea of white
  float veil_ = 0;           // light scattered in the windscreen, on everything
  float daylight_ = 1;
  float headlight_ = 0;
  float noise_ = 2;
};

}  // namespace hazard::sim
