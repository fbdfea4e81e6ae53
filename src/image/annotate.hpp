// Draws boxes with label text onto a picture, for `hazardstream detect --annotate` and evidence pictures.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "domain/detection.hpp"
#include "domain/picture.hpp"

namespace hazard::image {

// Boxes in the picture's pixels; class name, score in percent and track id on a label above each. Colours per class tell
// crack from pothole also for colour-blind readers (orange and blue) with different line styles.
void annotate(const domain::RgbView& picture, std::span<const domain::TrackedDetection> detections,
              const std::vector<std::string>& classes);

}  // namespace hazard::image
