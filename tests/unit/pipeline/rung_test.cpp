#include "pipeline/rung.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace hazard::pipeline {
namespace {

using domain::SizePx;
constexpr SizePx kSquare{640, 640};

TEST(InputFor, the_shape_of_the_camera_decides_the_shape_of_the_input) {
  EXPECT_EQ(input_for({1280, 720}, kSquare, 1, 32), (SizePx{640, 384}));
  EXPECT_EQ(input_for({1920, 1080}, kSquare, 1, 32), (SizePx{640, 384}));
  EXPECT_EQ(input_for({720, 1280}, kSquare, 1, 32), (SizePx{384, 640})) << "a phone held upright";
  EXPECT_EQ(input_for({640, 400}, kSquare, 1, 32), (SizePx{640, 416}));
  EXPECT_EQ(input_for({640, 480}, kSquare, 1, 32), (SizePx{640, 480}));
  EXPECT_EQ(input_for({1500, 1000}, kSquare, 1, 32), (SizePx{640, 448}));
  EXPECT_EQ(input_for({500, 500}, kSquare, 1, 32), kSquare);
}

TEST(InputFor, no_shape_shows_the_picture_smaller_than_the_square_would_but_for_rounding) {
  for (int width = 40; width < 2000; width += 37) {
    for (int height = 40; height < 2000; height += 53) {
      const SizePx picture{width, height};
      const SizePx input = input_for(picture, kSquare, 1, 32);
      const auto in_square = domain::Letterbox::fit(picture, kSquare).content;
      const auto in_input = domain::Letterbox::fit(picture, input).content;
      ASSERT_GE(in_input.width, in_square.width * 0.98) << width << "x" << height;
      ASSERT_GE(in_input.height, in_square.height * 0.98) << width << "x" << height;
      ASSERT_EQ(input.width % 32, 0);
      ASSERT_EQ(input.height % 32, 0);
      ASSERT_LE(input.width * input.height, 640 * 640);
    }
  }
}

TEST(InputFor, smaller_rungs_are_smaller_in_the_same_shape) {
  EXPECT_EQ(input_for({1280, 720}, kSquare, 0.65, 32), (SizePx{416, 256}));
  EXPECT_EQ(input_for({640, 640}, kSquare, 0.65, 32), (SizePx{416, 416}));
}

TEST(InputFor, a_wide_ribbon_still_gets_one_stride) {
  EXPECT_EQ(input_for({4000, 40}, kSquare, 1, 32), (SizePx{640, 32}));
  EXPECT_EQ(input_for({40, 4000}, kSquare, 0.65, 32), (SizePx{32, 416}));
}

TEST(InputFor, a_model_of_another_size_and_stride_keeps_its_own) {
  EXPECT_EQ(input_for({1280, 720}, {640, 384}, 1, 32), (SizePx{640, 384}));
  EXPECT_EQ(input_for({1280, 720}, {640, 640}, 1, 64), (SizePx{640, 384}));
  EXPECT_EQ(input_for({100, 100}, {32, 32}, 0.65, 32), (SizePx{32, 32}));
}

TEST(Rungs, each_is_cheaper_than_the_one_before) {
  for (std::size_t i = 1; i < kRungs.size(); ++i) {
    EXPECT_LT(kRungs[i].cost, kRungs[i - 1].cost);
    EXPECT_GE(kRungs[i].every, kRungs[i - 1].every);
  }
}

}  // namespace
}  // namespace hazard::pipeline
