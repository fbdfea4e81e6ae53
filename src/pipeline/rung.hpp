// The rungs of quality: how large the model's input is for a picture, and of how many frames one is looked at. Pure; used by the
// ladder (which rung), the shelf (which graph) and the frame path.
#pragma once

#include <array>
#include <cstddef>

#include "detect/engine.hpp"
#include "domain/geometry.hpp"
#include "domain/stream_config.hpp"

namespace hazard::pipeline {

struct Rung {
  double scale = 1;  // of the model's own input
  int every = 1;     // of so many frames one is detected in, the boxes of the others are predicted
  double cost = 1;   // of a frame on average, against the first rung
};

// From best to cheapest. The costs are estimates: 0.65 of 640 is 416, which is 42 % of the pixels; a prediction decodes a small copy
// and runs no network.
inline constexpr std::array<Rung, 4> kRungs{{{1, 1, 1}, {0.65, 1, 0.45}, {0.65, 2, 0.24}, {0.65, 3, 0.17}}};

// How large a picture is to appear: `scale` of what the model's own input would show, and up to the share `slack` smaller where that
// saves at least a tenth of the pixels.
struct Fit {
  double scale = 1;
  double slack = 0;
};

// With the cores to itself a frame is shown as large as the model can; where frames share the cores a twentieth is given away for
// some 15 % more frames a second (docs/decisions/0013), but not for those who asked for quality.
Fit fit_for(const Rung& rung, detect::Strategy strategy, domain::QualityMode mode) noexcept;

// Which input the model is to have for a picture; the same rule for who compiles, who serves and who tells.
struct InputRule {
  domain::SizePx native{640, 640};  // the model's own
  int stride = 32;
  bool fit_camera = true;  // false: the model's own shape only, for every picture

  // The smallest input that shows `picture` as large as an input of native * scale would, without the bars that a picture of
  // another shape leaves: 1280x720 needs 640x384 of 640x640. Sides are multiples of `stride`, at least one, at most native's.
  domain::SizePx input_for(domain::SizePx picture, Fit fit) const noexcept;
};

}  // namespace hazard::pipeline
