// A small bitmap font for labels, so that drawing needs no font file. Used by annotate(); pure, any thread.
#pragma once

#include <array>
#include <cstdint>

namespace hazard::image {

inline constexpr int kGlyphWidth = 5;
inline constexpr int kGlyphHeight = 9;  // 7 above the baseline, 2 below
inline constexpr int kGlyphAdvance = 6;

// Rows from the top; bit 4 is the leftmost pixel.
using Glyph = std::array<std::uint8_t, kGlyphHeight>;

// The glyph of a printable ASCII character; a question mark for everything else.
const Glyph& glyph(char character) noexcept;

}  // namespace hazard::image
