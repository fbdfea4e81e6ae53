#include "pipeline/rung.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

namespace hazard::pipeline {
namespace {

using domain::SizePx;
constexpr SizePx kSquare{640, 640};

SizePx square(SizePx picture, double scale, double slack = 0) {
  return InputRule{.native = kSquare, .stride = 32}.input_for(picture, {.scale = scale, .slack = slack});
}

TEST(InputFor, the_shape_of_the_camera_decides_the_shape_of_the_input) {
  EXPECT_EQ(square({1280, 720}, 1), (SizePx{640, 384}));
  EXPECT_EQ(square({1920, 1080}, 1), (SizePx{640, 384}));
  EXPECT_EQ(square({720, 1280}, 1), (SizePx{384, 640})) << "a phone held upright";
  EXPECT_EQ(square({640, 400}, 1), (SizePx{640, 416}));
  EXPECT_EQ(square({640, 480}, 1), (SizePx{640, 480}));
  EXPECT_EQ(square({1500, 1000}, 1), (SizePx{640, 448}));
  EXPECT_EQ(square({500, 500}, 1), kSquare);
}

TEST(InputFor, no_shape_shows_the_picture_smaller_than_the_square_would_but_for_rounding) {
  for (int width = 40; width < 2000; width += 37) {
    for (int height = 40; height < 2000; height += 53) {
      const SizePx picture{width, height};
      const SizePx input = square(picture, 1);
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
  EXPECT_EQ(square({1280, 720}, 0.65), (SizePx{416, 256}));
  EXPECT_EQ(square({640, 640}, 0.65), (SizePx{416, 416}));
}

TEST(InputFor, a_wide_ribbon_still_gets_one_stride) {
  EXPECT_EQ(square({4000, 40}, 1), (SizePx{640, 32}));
  EXPECT_EQ(square({40, 4000}, 0.65), (SizePx{32, 416}));
}

TEST(InputFor, a_model_of_another_size_and_stride_keeps_its_own) {
  EXPECT_EQ((InputRule{.native = {640, 384}}.input_for({1280, 720}, {})), (SizePx{640, 384}));
  EXPECT_EQ((InputRule{.stride = 64}.input_for({1280, 720}, {})), (SizePx{640, 384}));
  EXPECT_EQ((InputRule{.native = {32, 32}}.input_for({100, 100}, {.scale = 0.65})), (SizePx{32, 32}));
}

TEST(InputFor, where_a_twentieth_smaller_saves_a_tenth_of_the_pixels_it_is_taken) {
  EXPECT_EQ(square({1280, 720}, 1, 0.05), (SizePx{608, 352}));
  EXPECT_EQ(square({720, 1280}, 1, 0.05), (SizePx{352, 608}));
  EXPECT_EQ(square({1500, 1000}, 1, 0.05), (SizePx{608, 416}));
  EXPECT_EQ(square({640, 480}, 1, 0.05), (SizePx{640, 480})) << "608x480 would save a twentieth";
  EXPECT_EQ(square({500, 500}, 1, 0.05), kSquare) << "608x608 would save 9.75 %";
  EXPECT_EQ(square({1280, 720}, 1, 0.049), (SizePx{640, 384})) << "one step is a twentieth";
  EXPECT_EQ(square({1280, 720}, 0.65, 0.05), (SizePx{416, 256})) << "one step is a thirteenth here";
}

TEST(InputFor, slack_never_shows_a_picture_smaller_than_it_allows_nor_on_more_pixels) {
  for (int width = 40; width < 2000; width += 37) {
    for (int height = 40; height < 2000; height += 53) {
      const SizePx exact = square({width, height}, 1);
      const SizePx tight = square({width, height}, 1, 0.05);
      const auto longer = [](SizePx size) { return std::max(size.width, size.height); };
      const double least = 0.95 * 0.98;  // the slack, and rounding as above
      ASSERT_GE(longer(domain::Letterbox::fit({width, height}, tight).content),
                least * longer(domain::Letterbox::fit({width, height}, exact).content))
          << width << "x" << height;
      ASSERT_LE(tight.width * tight.height, exact.width * exact.height);
    }
  }
}

TEST(InputFor, the_models_own_shape_only_means_for_every_picture_and_fit) {
  const InputRule rule{.native = kSquare, .stride = 32, .fit_camera = false};
  EXPECT_EQ(rule.input_for({1280, 720}, {}), kSquare);
  EXPECT_EQ(rule.input_for({1280, 720}, {.scale = 1, .slack = 0.05}), kSquare);
  EXPECT_EQ(rule.input_for({1280, 720}, {.scale = 0.65}), (SizePx{416, 416}));
  EXPECT_EQ((InputRule{.native = {640, 384}, .fit_camera = false}.input_for({500, 500}, {.scale = 1, .slack = 0.05})),
            (SizePx{640, 384}));
}

TEST(FitFor, only_a_frame_that_shares_the_cores_gives_a_twentieth_away_and_never_for_quality) {
  using detect::Strategy;
  using domain::QualityMode;
  EXPECT_EQ(fit_for(kRungs[0], Strategy::shared, QualityMode::balanced).slack, 0.05);
  EXPECT_EQ(fit_for(kRungs[1], Strategy::shared, QualityMode::speed).slack, 0.05);
  EXPECT_EQ(fit_for(kRungs[0], Strategy::alone, QualityMode::balanced).slack, 0);
  EXPECT_EQ(fit_for(kRungs[0], Strategy::shared, QualityMode::quality).slack, 0);
  EXPECT_EQ(fit_for(kRungs[2], Strategy::alone, QualityMode::balanced).scale, kRungs[2].scale);
}

TEST(Rungs, each_is_cheaper_than_the_one_before) {
  for (std::size_t i = 1; i < kRungs.size(); ++i) {
    EXPECT_LT(kRungs[i].cost, kRungs[i - 1].cost);
    EXPECT_GE(kRungs[i].every, kRungs[i - 1].every);
  }
}

}  // namespace
}  // namespace hazard::pipeline
