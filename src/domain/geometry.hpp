// Sizes and boxes. Pixels of the picture as sent (after EXIF orientation) and pixels of the model's input are different types,
// so that the one cannot be sent where the other is meant. Letterbox is the bridge.
#pragma once

#include <algorithm>
#include <cstdint>

namespace hazard::domain {

struct SizePx {
  int width = 0;
  int height = 0;
  friend bool operator==(const SizePx&, const SizePx&) = default;
};

// Corners in pixels of the picture as sent; x1 < x2, y1 < y2 once it left detect.
struct PixelBox {
  float x1 = 0, y1 = 0, x2 = 0, y2 = 0;
  float width() const noexcept { return x2 - x1; }
  float height() const noexcept { return y2 - y1; }
  float area() const noexcept { return std::max(0.0F, width()) * std::max(0.0F, height()); }
  friend bool operator==(const PixelBox&, const PixelBox&) = default;
};

// Corners in pixels of the model's input.
struct ModelBox {
  float x1 = 0, y1 = 0, x2 = 0, y2 = 0;
};

// Intersection over union; 0 when either box is empty.
inline float iou(const PixelBox& a, const PixelBox& b) noexcept {
  const float w = std::min(a.x2, b.x2) - std::max(a.x1, b.x1);
  const float h = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
  if (w <= 0 || h <= 0) return 0;
  const float shared = w * h;
  return shared / (a.area() + b.area() - shared);
}

// How a picture lies in the model's input: scaled by one factor, centred, the rest grey bars.
struct Letterbox {
  SizePx picture;  // as sent, after orientation
  SizePx input;    // of the model
  SizePx content;  // the picture's size inside the input
  int left = 0;    // bar widths in input pixels
  int top = 0;

  // The placement used everywhere: largest content that fits, rounded to whole pixels, at least 1, bars split evenly.
  static Letterbox fit(SizePx picture, SizePx input) noexcept;

  // Clamped to the picture. The result may be empty (x1 == x2) when the box lay in a bar; callers drop those.
  PixelBox to_picture(const ModelBox& box) const noexcept;
};

}  // namespace hazard::domain
