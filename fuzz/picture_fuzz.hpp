// What must hold for any bytes that are decoded as a picture. Shared by the targets of the four formats.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/check.hpp"
#include "image/decoder.hpp"

namespace hazard::fuzz {

// Decodes into a small tensor. Bytes of another format, and pictures so large that they would only make the run slow, are
// left alone. Whatever was there before must be gone after a success: a later sender must never see an earlier picture.
inline void decode_as(image::Format format, domain::ByteView bytes) {
  constexpr std::int64_t kPixelsMax = 256 * 1024;
  constexpr domain::SizePx kInput{48, 32};
  static image::Decoder decoder;
  static domain::RgbPicture first(kInput);
  static domain::RgbPicture second(kInput);

  const auto header = image::probe(bytes, kPixelsMax);
  if (!header || header->format != format) return;
  std::ranges::fill(first.pixels, std::uint8_t{0});
  std::ranges::fill(second.pixels, std::uint8_t{255});
  const auto once = decoder.decode_letterboxed(bytes, first.view());
  const auto twice = decoder.decode_letterboxed(bytes, second.view());
  HAZARD_CHECK(once.has_value() == twice.has_value());
  if (!once) {
    HAZARD_CHECK(!once.error().message.empty());
    return;
  }
  HAZARD_CHECK(first.pixels == second.pixels);
  HAZARD_CHECK(once->letterbox.picture == header->upright);

  const auto whole = decoder.decode(bytes, image::OrientationPolicy::ignore);
  HAZARD_CHECK(whole.has_value() && whole->size == header->stored);
}

}  // namespace hazard::fuzz
