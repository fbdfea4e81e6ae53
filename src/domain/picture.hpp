// Views of pixels. All colour pixels in the house are 8-bit RGB, interleaved, rows top-down; grey ones are small copies in which
// motion and sameness are measured.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "domain/geometry.hpp"

namespace hazard::domain {

// Somebody else's pixels, writable: a model's input tensor, or a picture. row_bytes >= 3 * width.
struct RgbView {
  std::uint8_t* data = nullptr;
  SizePx size;
  std::size_t row_bytes = 0;
  std::uint8_t* row(int y) const noexcept { return data + static_cast<std::size_t>(y) * row_bytes; }
};

// Own pixels, rows packed.
struct RgbPicture {
  SizePx size;
  std::vector<std::uint8_t> pixels;  // 3 * width * height

  explicit RgbPicture(SizePx picture_size = {})
      : size(picture_size),
        pixels(3 * static_cast<std::size_t>(picture_size.width) * static_cast<std::size_t>(picture_size.height)) {}
  RgbView view() noexcept { return {pixels.data(), size, 3 * static_cast<std::size_t>(size.width)}; }
};

// Luma of a picture, made small: width * height bytes, rows packed, no letterbox bars. Empty: size 0x0.
struct GreyPicture {
  SizePx size;
  std::vector<std::uint8_t> pixels;
  const std::uint8_t* row(int y) const noexcept {
    return pixels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width);
  }
};

}  // namespace hazard::domain
