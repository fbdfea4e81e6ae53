#include "image/orient.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "base/check.hpp"

namespace hazard::image {
namespace {

// Where upright pixel (x, y) is read from: along x, y or back from the far end of either.
struct Turn {
  bool transpose;      // stored column follows the upright row
  bool mirror_column;  // stored column counted from the far end
  bool mirror_row;     // stored row counted from the far end
};

// EXIF 2.3, tag 0x0112: 2 mirrored, 3 upside down, 4 flipped, 5 transposed, 6 needs a quarter turn clockwise,
// 7 transposed over the other diagonal, 8 needs a quarter turn counterclockwise.
constexpr std::array<Turn, 8> kTurns{{{false, false, false},
                                      {false, true, false},
                                      {false, true, true},
                                      {false, false, true},
                                      {true, false, false},
                                      {true, false, true},
                                      {true, true, true},
                                      {true, true, false}}};

// Square tiles keep both the rows read and the rows written in the first-level cache when the axes are swapped.
constexpr int kTile = 32;

}  // namespace

void orient(const domain::RgbView& stored, int orientation, const domain::RgbView& upright) {
  HAZARD_CHECK(orientation >= 1 && orientation <= 8);
  HAZARD_CHECK(upright.size == turned(stored.size, orientation));
  const Turn turn = kTurns[static_cast<std::size_t>(orientation - 1)];
  const auto row_step = static_cast<std::ptrdiff_t>(stored.row_bytes);
  const std::ptrdiff_t column = turn.mirror_column ? -3 : 3;
  const std::ptrdiff_t row = turn.mirror_row ? -row_step : row_step;
  const std::uint8_t* origin = stored.data + (turn.mirror_column ? 3 * std::ptrdiff_t{stored.size.width - 1} : 0) +
                               (turn.mirror_row ? row_step * (stored.size.height - 1) : 0);
  const std::ptrdiff_t per_x = turn.transpose ? row : column;
  const std::ptrdiff_t per_y = turn.transpose ? column : row;

  for (int top = 0; top < upright.size.height; top += kTile) {
    for (int left = 0; left < upright.size.width; left += kTile) {
      const int bottom = std::min(top + kTile, upright.size.height);
      const int right = std::min(left + kTile, upright.size.width);
      for (int y = top; y < bottom; ++y) {
        const std::uint8_t* from = origin + per_y * y + per_x * left;
        std::uint8_t* to = upright.row(y) + 3 * static_cast<std::size_t>(left);
        for (int x = left; x < right; ++x, from += per_x, to += 3) std::memcpy(to, from, 3);
      }
    }
  }
}

}  // namespace hazard::image
