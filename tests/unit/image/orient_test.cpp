#include "image/orient.hpp"

#include <gtest/gtest.h>

#include "pictures.hpp"

namespace hazard::image {
namespace {

using testing::pixel;
using testing::RgbPicture;
using testing::SizePx;

// EXIF 2.3, tag 0x0112, written out: which stored pixel shows at (x, y) of the upright picture.
std::pair<int, int> stored_at(int orientation, int x, int y, SizePx stored) {
  const int w = stored.width - 1;
  const int h = stored.height - 1;
  switch (orientation) {
    case 2: return {w - x, y};
    case 3: return {w - x, h - y};
    case 4: return {x, h - y};
    case 5: return {y, x};
    case 6: return {y, h - x};
    case 7: return {w - y, h - x};
    case 8: return {w - y, x};
    default: return {x, y};
  }
}

TEST(Orient, moves_every_pixel_where_each_orientation_says) {
  for (const SizePx size : {SizePx{1, 1}, {1, 7}, {7, 1}, {5, 3}, {32, 32}, {33, 65}, {100, 31}}) {
    RgbPicture stored = testing::textured(size);
    for (int orientation = 1; orientation <= 8; ++orientation) {
      RgbPicture upright(turned(size, orientation));
      orient(stored.view(), orientation, upright.view());
      for (int y = 0; y < upright.size.height; ++y) {
        for (int x = 0; x < upright.size.width; ++x) {
          const auto [u, v] = stored_at(orientation, x, y, size);
          ASSERT_TRUE(std::equal(pixel(upright, x, y), pixel(upright, x, y) + 3, pixel(stored, u, v)))
              << orientation << " at " << x << ", " << y;
        }
      }
    }
  }
}

TEST(Orient, writes_nothing_past_the_ends_of_padded_rows) {
  RgbPicture stored = testing::textured({20, 10});
  std::vector<std::uint8_t> memory(40 * 20, 7);
  const domain::RgbView upright{memory.data(), {10, 20}, 40};
  orient(stored.view(), 6, upright);
  for (int y = 0; y < 20; ++y) {
    for (int i = 30; i < 40; ++i) ASSERT_EQ(upright.row(y)[i], 7);
  }
}

TEST(Orient, swaps_the_sides_for_5_to_8_only) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    EXPECT_EQ(turned({3, 2}, orientation), orientation < 5 ? (SizePx{3, 2}) : (SizePx{2, 3}));
  }
}

TEST(OrientDeathTest, counts_a_wrong_size_or_number_as_our_own_mistake) {
  RgbPicture stored({4, 2});
  RgbPicture upright({4, 2});
  EXPECT_DEATH(orient(stored.view(), 6, upright.view()), "turned");
  EXPECT_DEATH(orient(stored.view(), 0, upright.view()), "orientation");
  EXPECT_DEATH(orient(stored.view(), 9, upright.view()), "orientation");
}

}  // namespace
}  // namespace hazard::image
