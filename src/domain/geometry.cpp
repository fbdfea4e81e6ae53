#include "domain/geometry.hpp"

#include <cmath>

namespace hazard::domain {

Letterbox Letterbox::fit(SizePx picture, SizePx input) noexcept {
  Letterbox box{.picture = picture, .input = input, .content = {}, .left = 0, .top = 0};
  const double scale = std::min(static_cast<double>(input.width) / std::max(1, picture.width),
                                static_cast<double>(input.height) / std::max(1, picture.height));
  box.content.width = std::clamp(static_cast<int>(std::lround(picture.width * scale)), 1, input.width);
  box.content.height = std::clamp(static_cast<int>(std::lround(picture.height * scale)), 1, input.height);
  box.left = (input.width - box.content.width) / 2;
  box.top = (input.height - box.content.height) / 2;
  return box;
}

PixelBox Letterbox::to_picture(const ModelBox& box) const noexcept {
  // Each axis has its own factor: rounding the content to whole pixels makes them differ by a little.
  const float sx = static_cast<float>(picture.width) / static_cast<float>(content.width);
  const float sy = static_cast<float>(picture.height) / static_cast<float>(content.height);
  const auto fx = [&](float x) {
    return std::clamp((x - static_cast<float>(left)) * sx, 0.0F, static_cast<float>(picture.width));
  };
  const auto fy = [&](float y) {
    return std::clamp((y - static_cast<float>(top)) * sy, 0.0F, static_cast<float>(picture.height));
  };
  return {fx(box.x1), fy(box.y1), fx(box.x2), fy(box.y2)};
}

}  // namespace hazard::domain
