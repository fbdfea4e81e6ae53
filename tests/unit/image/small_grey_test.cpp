#include "image/small_grey.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "pictures.hpp"

namespace hazard::image {
namespace {

using domain::GreyPicture;
using domain::RgbPicture;

GreyPicture shrunk(RgbPicture source, int width) {
  GreyPicture grey;
  shrink_grey(source.view(), grey, width);
  return grey;
}

TEST(ShrinkGrey, keeps_the_aspect) {
  EXPECT_EQ(shrunk(RgbPicture({640, 360}), 160).size, (domain::SizePx{160, 90}));
  EXPECT_EQ(shrunk(RgbPicture({640, 394}), 160).size, (domain::SizePx{160, 99}));
  EXPECT_EQ(shrunk(RgbPicture({360, 640}), 160).size, (domain::SizePx{160, 284}));
}

TEST(ShrinkGrey, never_enlarges) {
  EXPECT_EQ(shrunk(RgbPicture({159, 40}), 160).size, (domain::SizePx{159, 40}));
  EXPECT_EQ(shrunk(RgbPicture({160, 40}), 160).size, (domain::SizePx{160, 40}));
  EXPECT_EQ(shrunk(RgbPicture({1, 1}), 160).size, (domain::SizePx{1, 1}));
}

TEST(ShrinkGrey, a_flat_picture_is_less_than_one_row_high_and_still_gets_one) {
  EXPECT_EQ(shrunk(RgbPicture({640, 1}), 160).size, (domain::SizePx{160, 1}));
}

TEST(ShrinkGrey, weighs_colours_as_the_eye_does) {
  EXPECT_EQ(shrunk(testing::flat({64, 36}, 255, 255, 255), 16).pixels, std::vector<std::uint8_t>(16 * 9, 255));
  EXPECT_EQ(shrunk(testing::flat({64, 36}, 0, 0, 0), 16).pixels, std::vector<std::uint8_t>(16 * 9, 0));
  EXPECT_EQ(shrunk(testing::flat({64, 36}, 255, 0, 0), 16).pixels[0], 77);
  EXPECT_EQ(shrunk(testing::flat({64, 36}, 0, 255, 0), 16).pixels[0], 149);
  EXPECT_EQ(shrunk(testing::flat({64, 36}, 0, 0, 255), 16).pixels[0], 29);
}

// The definition, pixel by pixel: every source pixel belongs to exactly one cell.
TEST(ShrinkGrey, every_pixel_counts_in_exactly_one_cell) {
  for (const domain::SizePx size : {domain::SizePx{101, 67}, {640, 360}, {1100, 64}, {2100, 30}}) {
    RgbPicture source = testing::textured(size);
    const GreyPicture grey = shrunk(source, 37);
    for (int y = 0; y < grey.size.height; ++y) {
      for (int x = 0; x < grey.size.width; ++x) {
        double sum = 0;
        int count = 0;
        for (int v = y * size.height / grey.size.height; v < (y + 1) * size.height / grey.size.height; ++v) {
          for (int u = x * size.width / grey.size.width; u < (x + 1) * size.width / grey.size.width; ++u) {
            const std::uint8_t* pixel = source.view().row(v) + 3 * static_cast<std::size_t>(u);
            sum += (77.0 * pixel[0] + 150.0 * pixel[1] + 29.0 * pixel[2]) / 256;
            ++count;
          }
        }
        ASSERT_NEAR(grey.row(y)[x], sum / count, 0.51) << size.width << ": " << x << "," << y;
      }
    }
  }
}

TEST(ShrinkGrey, reads_nothing_beside_the_content) {
  RgbPicture input = testing::flat({64, 64}, 255, 255, 255);
  for (int y = 14; y < 50; ++y) std::fill_n(input.view().row(y), 3 * 64, std::uint8_t{9});
  const domain::RgbView content{input.view().row(14), {64, 36}, input.view().row_bytes};
  GreyPicture grey;
  shrink_grey(content, grey, 16);
  EXPECT_EQ(grey.pixels, std::vector<std::uint8_t>(16 * 9, 9));
}

TEST(ShrinkGrey, a_smaller_picture_after_a_larger_one_leaves_nothing_of_it) {
  GreyPicture grey;
  shrink_grey(testing::flat({640, 360}, 200, 200, 200).view(), grey, 160);
  shrink_grey(testing::flat({80, 60}, 7, 7, 7).view(), grey, 20);
  EXPECT_EQ(grey.size, (domain::SizePx{20, 15}));
  EXPECT_EQ(grey.pixels, std::vector<std::uint8_t>(20 * 15, 7));
}

TEST(ShrinkGrey, cells_of_257_rows_do_not_overflow) {
  EXPECT_EQ(shrunk(testing::flat({257, 257}, 255, 255, 255), 1).pixels, std::vector<std::uint8_t>(1, 255));
}

TEST(ShrinkGreyDeathTest, refuses_what_only_a_bug_can_ask_for) {
  GreyPicture grey;
  RgbPicture picture({258, 258});
  EXPECT_DEATH(shrink_grey(picture.view(), grey, 1), "kCellRowsMost");
  EXPECT_DEATH(shrink_grey(picture.view(), grey, 0), "width");
  EXPECT_DEATH(shrink_grey({}, grey, 160), "width");
}

}  // namespace
}  // namespace hazard::image
