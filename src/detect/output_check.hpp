// A last look before a model is let in: does its output for one picture hold what the layout promises? Pure; at start.
#pragma once

#include <span>

#include "detect/output_layout.hpp"
#include "domain/error.hpp"

namespace hazard::detect {

// Errors: model_not_ready; a size that is not the layout's, numbers that are not finite, scores outside 0..1 (an export
// without its sigmoid, or a shape that means something else), class ids that no name covers.
domain::Result<void> check_first_output(const OutputLayout& layout, std::span<const float> output);

}  // namespace hazard::detect
