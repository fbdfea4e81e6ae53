#include "report/evidence_region.hpp"

#include <algorithm>
#include <cmath>

namespace hazard::report {
namespace {

struct Span {
  int from = 0;
  int size = 0;
};

// `from`..`to` with the margin, at least kCropSideLeast long, within 0..limit.
Span grown(float from, float to, float margin, int limit) {
  const float least = static_cast<float>(std::min(kCropSideLeast, limit));
  const float more = std::max(margin, (least - (to - from)) / 2);
  int first = static_cast<int>(std::floor(std::max(0.0F, from - more)));
  int last = static_cast<int>(std::ceil(std::min(static_cast<float>(limit), to + more)));
  // At an edge, what is cut off on one side is added on the other.
  last = std::min(limit, std::max(last, first + static_cast<int>(least)));
  first = std::max(0, std::min(first, last - static_cast<int>(least)));
  return {first, last - first};
}

PixelRect rect_of(const domain::PixelBox& box, float margin, domain::SizePx picture) {
  const Span across = grown(box.x1, box.x2, margin, picture.width);
  const Span down = grown(box.y1, box.y2, margin, picture.height);
  return {across.from, down.from, across.size, down.size};
}

}  // namespace

std::optional<EvidenceMode> evidence_mode_from(std::string_view text) noexcept {
  if (text == "crop") return EvidenceMode::crop;
  if (text == "frame") return EvidenceMode::frame;
  if (text == "none") return EvidenceMode::none;
  return std::nullopt;
}

std::optional<PixelRect> evidence_region(EvidenceMode mode, const domain::PixelBox& box, domain::SizePx picture) {
  if (mode == EvidenceMode::none || picture.width <= 0 || picture.height <= 0) return std::nullopt;
  if (mode == EvidenceMode::frame) return PixelRect{0, 0, picture.width, picture.height};
  const auto width = static_cast<float>(picture.width);
  const auto height = static_cast<float>(picture.height);
  if (!std::isfinite(box.x1) || !std::isfinite(box.y1) || !std::isfinite(box.x2) || !std::isfinite(box.y2)) return std::nullopt;
  const domain::PixelBox inside{std::clamp(box.x1, 0.0F, width), std::clamp(box.y1, 0.0F, height),
                                std::clamp(box.x2, 0.0F, width), std::clamp(box.y2, 0.0F, height)};
  if (inside.x2 <= inside.x1 || inside.y2 <= inside.y1) return std::nullopt;
  const float margin = kMarginShare * std::max(inside.width(), inside.height());
  const PixelRect rect = rect_of(inside, margin, picture);
  const float share = static_cast<float>(rect.width) * static_cast<float>(rect.height) / (width * height);
  return share <= kCropShareMost ? rect : rect_of(inside, 0, picture);
}

}  // namespace hazard::report
