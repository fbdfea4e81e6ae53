// The model's output to candidates: every layout in one pass with an early score test. Pure; called by each request on its
// worker's thread.
#pragma once

#include <span>
#include <vector>

#include "detect/candidate.hpp"
#include "detect/output_layout.hpp"
#include "domain/geometry.hpp"

namespace hazard::detect {

// Scores a little above 1 are rounding (bf16, dequantised TFLite) and become 1; anything higher is no score.
inline constexpr float kScoreMax = 1.01F;

// Replaces `out` by the boxes whose best class scores at least `threshold`, in output order. `output` must hold whole boxes:
// layout.boxes of them, or with layout.boxes == 0 any number of rows of six. Boxes and scores that are not finite, scores
// outside 0..1, empty boxes and class ids that no name covers are left out.
void decode_boxes(const OutputLayout& layout, domain::SizePx input, std::span<const float> output, float threshold,
                  std::vector<Candidate>& out);

}  // namespace hazard::detect
