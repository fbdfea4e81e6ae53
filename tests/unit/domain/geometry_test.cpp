#include "domain/geometry.hpp"

#include <gtest/gtest.h>

namespace hazard::domain {
namespace {

TEST(Letterbox, puts_16_to_9_between_bars_above_and_below) {
  const Letterbox box = Letterbox::fit({1280, 720}, {640, 640});
  EXPECT_EQ(box.content, (SizePx{640, 360}));
  EXPECT_EQ(box.left, 0);
  EXPECT_EQ(box.top, 140);
}

TEST(Letterbox, maps_model_pixels_back_and_clamps_to_the_picture) {
  const Letterbox box = Letterbox::fit({1280, 720}, {640, 640});
  EXPECT_EQ(box.to_picture({10, 150, 20, 170}), (PixelBox{20, 20, 40, 60}));
  EXPECT_EQ(box.to_picture({-5, 0, 700, 640}), (PixelBox{0, 0, 1280, 720}));
}

TEST(Letterbox, a_box_wholly_in_a_bar_becomes_empty) {
  const Letterbox box = Letterbox::fit({1280, 720}, {640, 640});
  EXPECT_EQ(box.to_picture({10, 10, 20, 100}).area(), 0);
}

TEST(Letterbox, extreme_shapes_keep_at_least_one_pixel) {
  const Letterbox box = Letterbox::fit({60000, 3}, {640, 640});
  EXPECT_EQ(box.content.height, 1);
  EXPECT_EQ(box.content.width, 640);
}

TEST(Iou, of_half_overlapping_squares_is_one_third) {
  EXPECT_FLOAT_EQ(iou({0, 0, 2, 2}, {1, 0, 3, 2}), 1.0F / 3.0F);
  EXPECT_EQ(iou({0, 0, 1, 1}, {1, 1, 2, 2}), 0);
}

}  // namespace
}  // namespace hazard::domain
