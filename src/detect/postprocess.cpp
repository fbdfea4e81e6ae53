#include "detect/postprocess.hpp"

#include <algorithm>

#include "detect/box_decoder.hpp"
#include "detect/nms.hpp"

namespace hazard::detect {

std::vector<domain::Detection> detections_from(const OutputLayout& layout, std::span<const float> output,
                                               const domain::Letterbox& letterbox, const DetectOptions& options,
                                               std::vector<Candidate>& scratch) {
  decode_boxes(layout, letterbox.input, output, options.confidence_threshold, scratch);
  // Before the suppression, so that a box in a bar neither hides a real one nor takes one of the places.
  std::erase_if(scratch, [&](const Candidate& candidate) { return letterbox.to_picture(candidate.box).area() <= 0; });
  suppress_overlaps(scratch, options.iou_threshold, static_cast<std::size_t>(std::max(0, options.max_detections)));
  std::vector<domain::Detection> found;
  found.reserve(scratch.size());
  for (const Candidate& candidate : scratch) {
    found.push_back({letterbox.to_picture(candidate.box), candidate.score, candidate.class_id});
  }
  return found;
}

}  // namespace hazard::detect
