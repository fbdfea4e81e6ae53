// The grey of the letterbox bars, and pictures with transparency laid over it: a transparent pixel tells the model as little as
// a bar does. Used by the decoders of this room; pure, any thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hazard::image {

// The grey that YOLO models are trained to see around a picture.
inline constexpr std::uint8_t kBarGrey = 114;

// `count` pixels from R, G, B, A (not premultiplied) to R, G, B; `rgb` may be the same memory as `rgba`.
inline void flatten(const std::uint8_t* rgba, std::size_t count, std::uint8_t* rgb) noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t alpha = rgba[4 * i + 3];
    for (std::size_t c = 0; c < 3; ++c) {
      rgb[3 * i + c] = static_cast<std::uint8_t>((rgba[4 * i + c] * alpha + kBarGrey * (255 - alpha) + 127) / 255);
    }
  }
}

}  // namespace hazard::image
