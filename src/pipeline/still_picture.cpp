#include "pipeline/still_picture.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace hazard::pipeline {
namespace {

constexpr int kCell = 4;  // grey pixels a side; about 16 pixels of the model's input
// Shares of the picture's contrast (standard deviation of its luma). At a usual contrast of 50 levels: 1.5 levels on average,
// where by calculation a camera's noise leaves half a level after averaging, and 6 in a cell. A pothole of 10 x 6 model pixels
// that is 20 levels darker than the road changes its cell by 7.
constexpr double kMeanShare = 0.03;
constexpr double kCellShare = 0.12;
constexpr double kMeanLeast = 0.2;
constexpr double kCellLeast = 1.0;

double contrast(const domain::GreyPicture& grey) noexcept {
  double sum = 0;
  double squares = 0;
  for (const std::uint8_t value : grey.pixels) {
    sum += value;
    squares += static_cast<double>(value) * value;
  }
  const auto count = static_cast<double>(grey.pixels.size());
  return std::sqrt(std::max(0.0, squares / count - (sum / count) * (sum / count)));
}

// Difference of the mean levels in one cell.
double cell_difference(const domain::GreyPicture& a, const domain::GreyPicture& b, int x0, int y0) noexcept {
  const int x1 = std::min(x0 + kCell, a.size.width);
  const int y1 = std::min(y0 + kCell, a.size.height);
  int sum = 0;
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) sum += a.row(y)[x] - b.row(y)[x];
  }
  return std::abs(static_cast<double>(sum)) / ((x1 - x0) * (y1 - y0));
}

bool same(const detect::DetectOptions& a, const detect::DetectOptions& b) noexcept {
  return a.confidence_threshold == b.confidence_threshold && a.iou_threshold == b.iou_threshold &&
         a.max_detections == b.max_detections;
}

}  // namespace

bool looks_the_same(const domain::GreyPicture& a, const domain::GreyPicture& b) noexcept {
  if (a.size != b.size || a.pixels.empty() || a.pixels.size() != b.pixels.size()) return false;
  const double spread = contrast(a);
  const double cell_most = std::max(kCellLeast, kCellShare * spread);
  long total = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) total += std::abs(a.pixels[i] - b.pixels[i]);
  if (static_cast<double>(total) / static_cast<double>(a.pixels.size()) > std::max(kMeanLeast, kMeanShare * spread)) return false;
  for (int y = 0; y < a.size.height; y += kCell) {
    for (int x = 0; x < a.size.width; x += kCell) {
      if (cell_difference(a, b, x, y) > cell_most) return false;
    }
  }
  return true;
}

const std::vector<domain::Detection>* StillPicture::recall(const domain::GreyPicture& grey, domain::SizePx picture,
                                                           domain::SizePx input, const detect::DetectOptions& options,
                                                           base::SteadyTime at) const noexcept {
  const bool comparable = picture == picture_ && input == input_ && same(options, options_) && at - looked_at_ < kLongest;
  return comparable && looks_the_same(grey, grey_) ? &found_ : nullptr;
}

void StillPicture::remember(const domain::GreyPicture& grey, domain::SizePx picture, domain::SizePx input,
                            const detect::DetectOptions& options, std::span<const domain::Detection> found, base::SteadyTime at) {
  grey_ = grey;
  picture_ = picture;
  input_ = input;
  options_ = options;
  found_.assign(found.begin(), found.end());
  looked_at_ = at;
}

}  // namespace hazard::pipeline
