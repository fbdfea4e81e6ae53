#include "detect/nms.hpp"

#include <algorithm>

namespace hazard::detect {
namespace {

bool better(const Candidate& a, const Candidate& b) noexcept {
  return a.score != b.score ? a.score > b.score : a.index < b.index;
}

float area(const domain::ModelBox& box) noexcept { return (box.x2 - box.x1) * (box.y2 - box.y1); }

// Intersection over union above the threshold, without the division.
bool overlaps(const domain::ModelBox& a, const domain::ModelBox& b, float iou_threshold) noexcept {
  const float w = std::min(a.x2, b.x2) - std::max(a.x1, b.x1);
  const float h = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
  if (w <= 0 || h <= 0) return false;
  const float shared = w * h;
  return shared > iou_threshold * (area(a) + area(b) - shared);
}

}  // namespace

void suppress_overlaps(std::vector<Candidate>& candidates, float iou_threshold, std::size_t keep_max) {
  if (candidates.size() > kCandidatesMax) {
    std::ranges::nth_element(candidates, candidates.begin() + kCandidatesMax, better);
    candidates.resize(kCandidatesMax);
  }
  std::ranges::sort(candidates, better);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < candidates.size() && kept < keep_max; ++i) {
    const Candidate candidate = candidates[i];
    const bool hidden =
        std::any_of(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(kept), [&](const Candidate& winner) {
          return winner.class_id == candidate.class_id && overlaps(winner.box, candidate.box, iou_threshold);
        });
    if (!hidden) candidates[kept++] = candidate;  // kept <= i: never writes over what is still to come
  }
  candidates.resize(kept);
}

}  // namespace hazard::detect
