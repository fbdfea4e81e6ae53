#include "pipeline/rung.hpp"

#include <algorithm>
#include <cmath>

namespace hazard::pipeline {
namespace {

constexpr double kSharedSlack = 0.05;
constexpr double kWorthwhile = 0.9;  // of the pixels: below that a smaller picture is worth it

int rounded_up(int side, int stride) noexcept { return (side + stride - 1) / stride * stride; }

int scaled(int side, double scale, int stride) noexcept {
  const int steps = static_cast<int>(std::lround(side * scale / stride));
  return std::clamp(steps * stride, std::min(stride, side), side);
}

// The smallest input in steps of the stride that shows `picture` as large as `bound` does.
domain::SizePx around(domain::SizePx picture, domain::SizePx bound, int stride) noexcept {
  const domain::SizePx content = domain::Letterbox::fit(picture, bound).content;
  return {std::min(rounded_up(content.width, stride), bound.width), std::min(rounded_up(content.height, stride), bound.height)};
}

double pixels(domain::SizePx size) noexcept { return static_cast<double>(size.width) * size.height; }

}  // namespace

Fit fit_for(const Rung& rung, detect::Strategy strategy, domain::QualityMode mode) noexcept {
  const bool crowded = strategy == detect::Strategy::shared && mode != domain::QualityMode::quality;
  return {.scale = rung.scale, .slack = crowded ? kSharedSlack : 0};
}

domain::SizePx InputRule::input_for(domain::SizePx picture, Fit fit) const noexcept {
  const domain::SizePx bound{scaled(native.width, fit.scale, stride), scaled(native.height, fit.scale, stride)};
  const domain::SizePx exact = around(fit_camera ? picture : native, bound, stride);
  if (fit.slack <= 0 || !fit_camera) return exact;
  // One step less in the longer side of what the picture fills: the shorter one follows, and its rounding up may vanish.
  const bool wide = exact.width >= exact.height;
  const domain::SizePx less{exact.width - (wide ? stride : 0), exact.height - (wide ? 0 : stride)};
  const double kept = wide ? static_cast<double>(less.width) / exact.width : static_cast<double>(less.height) / exact.height;
  if (kept < 1 - fit.slack) return exact;
  const domain::SizePx tight = around(picture, less, stride);
  return pixels(tight) <= kWorthwhile * pixels(exact) ? tight : exact;
}

}  // namespace hazard::pipeline
