#include "track/grey_pyramid.hpp"

#include <algorithm>

namespace hazard::track {
namespace {

void remove_mean(GreyLevel& level, std::vector<float>& scratch) {
  const int w = level.size.width;
  const int h = level.size.height;
  scratch.resize(level.pixels.size());
  const auto at = [w](int x, int y) {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(w) + static_cast<std::size_t>(x);
  };
  // Sums over a window of a row, then over a window of those: the box's mean. At the border the window is cut.
  for (int y = 0; y < h; ++y) {
    float sum = 0;
    for (int x = 0; x < std::min(kMeanRadius, w); ++x) sum += level.pixels[at(x, y)];
    for (int x = 0; x < w; ++x) {
      if (x + kMeanRadius < w) sum += level.pixels[at(x + kMeanRadius, y)];
      if (x - kMeanRadius - 1 >= 0) sum -= level.pixels[at(x - kMeanRadius - 1, y)];
      const int count = std::min(w - 1, x + kMeanRadius) - std::max(0, x - kMeanRadius) + 1;
      scratch[at(x, y)] = sum / static_cast<float>(count);
    }
  }
  std::vector<float> sums(static_cast<std::size_t>(w), 0.0F);
  for (int y = 0; y < std::min(kMeanRadius, h); ++y) {
    for (int x = 0; x < w; ++x) sums[static_cast<std::size_t>(x)] += scratch[at(x, y)];
  }
  for (int y = 0; y < h; ++y) {
    const int count = std::min(h - 1, y + kMeanRadius) - std::max(0, y - kMeanRadius) + 1;
    const float share = 1 / static_cast<float>(count);
    for (int x = 0; x < w; ++x) {
      float& sum = sums[static_cast<std::size_t>(x)];
      if (y + kMeanRadius < h) sum += scratch[at(x, y + kMeanRadius)];
      if (y - kMeanRadius - 1 >= 0) sum -= scratch[at(x, y - kMeanRadius - 1)];
      level.pixels[at(x, y)] -= sum * share;
    }
  }
}

}  // namespace

void build_pyramid(const domain::GreyPicture& grey, GreyPyramid& into, std::vector<float>& scratch) {
  into[0].size = grey.size;
  into[0].pixels.assign(grey.pixels.begin(), grey.pixels.end());
  for (std::size_t i = 1; i < kGreyLevels; ++i) {
    const GreyLevel& fine = into[i - 1];
    GreyLevel& coarse = into[i];
    coarse.size = {fine.size.width / 2, fine.size.height / 2};
    coarse.pixels.resize(static_cast<std::size_t>(coarse.size.width) * static_cast<std::size_t>(coarse.size.height));
    float* to = coarse.pixels.data();
    for (int y = 0; y < coarse.size.height; ++y) {
      const float* above = fine.pixels.data() + static_cast<std::size_t>(2 * y) * static_cast<std::size_t>(fine.size.width);
      const float* below = above + fine.size.width;
      for (int x = 0; x < coarse.size.width; ++x, above += 2, below += 2) *to++ = (above[0] + above[1] + below[0] + below[1]) / 4;
    }
  }
  for (GreyLevel& level : into) remove_mean(level, scratch);
}

}  // namespace hazard::track
