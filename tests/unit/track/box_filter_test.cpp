#include "track/box_filter.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace hazard::track {
namespace {

using domain::PixelBox;

void expect_near(const PixelBox& got, const PixelBox& expected, float tolerance) {
  EXPECT_NEAR(got.x1, expected.x1, tolerance);
  EXPECT_NEAR(got.y1, expected.y1, tolerance);
  EXPECT_NEAR(got.x2, expected.x2, tolerance);
  EXPECT_NEAR(got.y2, expected.y2, tolerance);
}

TEST(BoxFilter, starts_at_the_box_it_was_given) {
  const PixelBox box{100, 200, 180, 220};
  expect_near(BoxFilter(box).box(), box, 1e-3F);
}

TEST(BoxFilter, without_a_second_sighting_it_expects_the_box_to_stay) {
  const PixelBox box{100, 200, 180, 220};
  BoxFilter filter(box);
  filter.predict(0.5);
  expect_near(filter.box(), box, 1e-3F);
}

TEST(BoxFilter, follows_a_box_that_moves_and_grows) {
  const auto box_at = [](float step) {
    const float w = 40 * std::pow(1.1F, step);
    const float x = 300 + 10 * step;
    const float y = 300 + 20 * step;
    return PixelBox{x - w / 2, y - w / 4, x + w / 2, y + w / 4};
  };
  BoxFilter filter(box_at(0));
  for (int i = 1; i <= 10; ++i) {
    filter.predict(0.1);
    filter.correct(box_at(static_cast<float>(i)));
  }
  filter.predict(0.1);
  expect_near(filter.box(), box_at(11), 3);
}

TEST(BoxFilter, a_shrinking_box_never_turns_inside_out) {
  BoxFilter filter({0, 0, 100, 100});
  filter.predict(0.1);
  filter.correct({40, 40, 60, 60});
  for (int i = 0; i < 100; ++i) {
    filter.predict(1);
    ASSERT_GT(filter.box().area(), 0);
  }
}

TEST(BoxFilter, boxes_of_any_finite_size_keep_it_finite) {
  BoxFilter filter({0, 0, 1e-6F, 1e-6F});
  for (int i = 0; i < 50; ++i) {
    filter.predict(1.5);
    filter.correct(i % 2 == 0 ? PixelBox{-1e9F, -1e9F, 1e9F, 1e9F} : PixelBox{5, 5, 5.00001F, 5.00001F});
    const PixelBox box = filter.box();
    ASSERT_TRUE(std::isfinite(box.x1) && std::isfinite(box.y2) && box.width() >= 0 && box.height() >= 0);
  }
}

TEST(CentreSurprise, grows_with_distance_and_fades_with_time) {
  BoxFilter filter({100, 100, 140, 140});
  const PixelBox moved{120, 100, 160, 140};
  EXPECT_NEAR(filter.centre_surprise({100, 100, 140, 140}), 0, 1e-9);
  const double at_once = filter.centre_surprise(moved);
  EXPECT_GT(at_once, 18.42);
  filter.predict(0.1);
  EXPECT_LT(filter.centre_surprise(moved), 18.42);
}

TEST(CentreSurprise, is_measured_in_the_size_of_the_box) {
  BoxFilter near({100, 100, 300, 300});
  BoxFilter far({100, 100, 110, 110});
  near.predict(0.1);
  far.predict(0.1);
  EXPECT_NEAR(near.centre_surprise({200, 100, 400, 300}), far.centre_surprise({105, 100, 115, 110}), 1e-6);
}

TEST(SizeOf, is_the_side_of_the_square_with_the_same_area) { EXPECT_DOUBLE_EQ(size_of({0, 0, 9, 4}), 6); }

}  // namespace
}  // namespace hazard::track
