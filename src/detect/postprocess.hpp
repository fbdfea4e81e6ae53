// From a model's raw output to detections in the picture: decode, drop what lies in the letterbox bars, suppress overlaps,
// map back. Pure; called by each request on its worker's thread.
#pragma once

#include <span>
#include <vector>

#include "detect/candidate.hpp"
#include "detect/engine.hpp"
#include "detect/output_layout.hpp"

namespace hazard::detect {

// `scratch` keeps its memory between frames; its content is of no interest afterwards. Preconditions as decode_boxes.
std::vector<domain::Detection> detections_from(const OutputLayout& layout, std::span<const float> output,
                                               const domain::Letterbox& letterbox, const DetectOptions& options,
                                               std::vector<Candidate>& scratch);

}  // namespace hazard::detect
