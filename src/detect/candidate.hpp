// A box on its way from the model's output to a detection. Scratch of one request; never leaves detect.
#pragma once

#include <cstdint>

#include "domain/geometry.hpp"

namespace hazard::detect {

struct Candidate {
  domain::ModelBox box;       // finite, x1 < x2, y1 < y2, within one input's size around the input
  float score = 0;            // 0..1
  std::int32_t class_id = 0;  // below the layout's class count
  std::uint32_t index = 0;    // place in the output; decides between equal scores, so that results repeat exactly
};

}  // namespace hazard::detect
