#include "pipeline/rung.hpp"

#include <algorithm>
#include <cmath>

namespace hazard::pipeline {
namespace {

int rounded_up(int side, int stride) noexcept { return (side + stride - 1) / stride * stride; }

int scaled(int side, double scale, int stride) noexcept {
  const int steps = static_cast<int>(std::lround(side * scale / stride));
  return std::clamp(steps * stride, std::min(stride, side), side);
}

}  // namespace

domain::SizePx input_for(domain::SizePx picture, domain::SizePx native, double scale, int stride) noexcept {
  const domain::SizePx bound{scaled(native.width, scale, stride), scaled(native.height, scale, stride)};
  const domain::SizePx content = domain::Letterbox::fit(picture, bound).content;
  return {std::min(rounded_up(content.width, stride), bound.width), std::min(rounded_up(content.height, stride), bound.height)};
}

}  // namespace hazard::pipeline
