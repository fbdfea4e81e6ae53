// Non-maximum suppression, greedy and per class: of boxes that overlap by more than the threshold only the best scored stays
// (Neubeck and Van Gool, "Efficient Non-Maximum Suppression", ICPR 2006, the plain form). Pure; on the worker's thread.
#pragma once

#include <cstddef>
#include <vector>

#include "detect/candidate.hpp"

namespace hazard::detect {

// Only the best so many boxes are compared: bounds the work of a frame at threshold 0, where 8400 boxes come in. A trained
// model gives a few dozen at any useful threshold.
inline constexpr std::size_t kCandidatesMax = 3000;

// Leaves in `candidates` what survives, best score first (equal scores in output order), at most `keep_max` of them.
void suppress_overlaps(std::vector<Candidate>& candidates, float iou_threshold, std::size_t keep_max);

}  // namespace hazard::detect
