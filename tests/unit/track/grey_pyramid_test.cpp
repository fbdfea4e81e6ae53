#include "track/grey_pyramid.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace hazard::track {
namespace {

GreyPyramid pyramid_of(const domain::GreyPicture& grey) {
  GreyPyramid pyramid;
  std::vector<float> scratch;
  build_pyramid(grey, pyramid, scratch);
  return pyramid;
}

TEST(GreyPyramid, halves_the_size_from_level_to_level) {
  const auto pyramid = pyramid_of({.size = {161, 90}, .pixels = std::vector<std::uint8_t>(161 * 90, 7)});
  EXPECT_EQ(pyramid[0].size, (domain::SizePx{161, 90}));
  EXPECT_EQ(pyramid[1].size, (domain::SizePx{80, 45}));
  EXPECT_EQ(pyramid[2].size, (domain::SizePx{40, 22}));
}

TEST(GreyPyramid, an_even_picture_leaves_nothing) {
  for (const GreyLevel& level : pyramid_of({.size = {64, 40}, .pixels = std::vector<std::uint8_t>(64 * 40, 200)})) {
    for (const float pixel : level.pixels) ASSERT_NEAR(pixel, 0, 1e-3F);
  }
}

TEST(GreyPyramid, a_single_pixel_stands_out_from_its_neighbourhood) {
  domain::GreyPicture grey{.size = {64, 40}, .pixels = std::vector<std::uint8_t>(64 * 40, 0)};
  grey.pixels[20 * 64 + 30] = 98;
  const auto pyramid = pyramid_of(grey);
  EXPECT_NEAR(pyramid[0].pixels[20 * 64 + 30], 96, 1e-3F);
  EXPECT_NEAR(pyramid[0].pixels[20 * 64 + 33], -2, 1e-3F);
  EXPECT_NEAR(pyramid[0].pixels[20 * 64 + 34], 0, 1e-3F);
}

}  // namespace
}  // namespace hazard::track
