// Turns a picture upright. Called by the decoder on the small letterboxed picture, on the worker's thread; pure.
#pragma once

#include "domain/geometry.hpp"
#include "domain/picture.hpp"

namespace hazard::image {

// Orientations 5 to 8 lay the picture on its side.
constexpr bool swaps_axes(int orientation) noexcept { return orientation >= 5; }

constexpr domain::SizePx turned(domain::SizePx size, int orientation) noexcept {
  return swaps_axes(orientation) ? domain::SizePx{size.height, size.width} : size;
}

// Copies `stored` to `upright`, whose size must be turned(stored.size, orientation); they must not overlap.
// `orientation` 1 to 8 as in EXIF tag 0x0112: where the stored row 0 and column 0 belong in the upright picture.
void orient(const domain::RgbView& stored, int orientation, const domain::RgbView& upright);

}  // namespace hazard::image
