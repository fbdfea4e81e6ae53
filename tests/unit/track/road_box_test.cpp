#include "track/road_box.hpp"

#include <gtest/gtest.h>

#include "track/box_filter.hpp"

#include <cmath>

namespace hazard::track {
namespace {

using domain::PixelBox;

constexpr domain::SizePx kPicture{1280, 720};
constexpr RoadView kView{.horizon = 248, .focus = 640, .middle_x = 640, .middle_y = 360};
constexpr double kPerMetre = 1 / (1065 * 1.35);

// A patch of the road from `ahead` to a metre farther.
PixelBox patch(double ahead, double aside = 0.5) {
  const auto px = [](double value) { return static_cast<float>(value); };
  return {px(640 + 1065 * aside / (ahead + 0.5)), px(248 + 1438 / (ahead + 1)), px(640 + 1065 * (aside + 1) / (ahead + 0.5)),
          px(248 + 1438 / ahead)};
}

TEST(CutsOf, tells_which_sides_lie_at_the_edge) {
  EXPECT_FALSE(cuts_of({300, 300, 400, 350}, kPicture).any());
  EXPECT_TRUE(cuts_of({0, 300, 100, 350}, kPicture).left);
  EXPECT_TRUE(cuts_of({1200, 300, 1280, 350}, kPicture).right);
  EXPECT_TRUE(cuts_of({300, 500, 400, 720}, kPicture).bottom);
  EXPECT_FALSE(cuts_of({300, 0, 400, 50}, kPicture).any());
}

TEST(CutsOf, a_side_within_a_tenth_of_the_box_from_the_edge_lies_at_it) {
  EXPECT_TRUE(cuts_of({300, 320, 400, 690}, kPicture).bottom);
  EXPECT_FALSE(cuts_of({300, 320, 400, 670}, kPicture).bottom);
}

TEST(CutsOf, a_picture_of_unknown_size_has_no_edges) { EXPECT_FALSE(cuts_of({0, 0, 1280, 720}, {}).any()); }

TEST(RoadBox, is_carried_along_by_the_camera) {
  RoadBox box(patch(20), kPicture);
  for (int i = 0; i < 10; ++i) box.carry_along({.k = 1 * kPerMetre}, kView, 0.1, kPicture);
  EXPECT_GT(domain::iou(box.box(), patch(10)), 0.85F);
  EXPECT_LT(domain::iou(RoadBox(patch(20), kPicture).box(), patch(10)), 0.1F);
}

TEST(RoadBox, follows_what_the_detector_finds) {
  RoadBox box(patch(20), kPicture);
  for (int i = 1; i <= 10; ++i) {
    box.carry_along({.k = 0.9 * kPerMetre}, kView, 0.1, kPicture);  // less than is driven
    box.correct(patch(20 - i), kPicture);
  }
  EXPECT_GT(domain::iou(box.box(), patch(10)), 0.6F);
}

TEST(RoadBox, is_little_surprised_by_what_is_there_and_much_by_what_is_elsewhere) {
  RoadBox box(patch(20), kPicture);
  box.carry_along({.k = 2 * kPerMetre}, kView, 0.1, kPicture);
  EXPECT_LT(box.surprise(patch(18), kPicture, nullptr), 4);
  EXPECT_GT(box.surprise(patch(20), kPicture, nullptr), 25);
  EXPECT_GT(box.surprise(patch(18, 2), kPicture, nullptr), 25);
}

TEST(RoadBox, a_side_cut_off_by_the_picture_is_not_held_against_it) {
  RoadBox box({600, 500, 760, 640}, kPicture);
  box.carry_along({.k = 0.0012}, kView, 0.1, kPicture);
  ASSERT_GT(box.box().y2, 760);
  PixelBox found = clamped(box.box(), kPicture);
  found.x1 += 40;  // its near end has left
  EXPECT_LT(box.surprise(found, kPicture, nullptr), 2);
  const float before = box.box().y2;
  box.correct(found, kPicture);
  EXPECT_NEAR(box.box().y2, before, 1);
  EXPECT_LT(box.box().x1, found.x1 - 30);
}

TEST(RoadBox, stays_a_box_near_the_picture_however_far_it_is_carried) {
  RoadBox box(patch(3), kPicture);
  for (int i = 0; i < 200; ++i) {
    box.carry_along({.k = 3 * kPerMetre, .dx = 50, .dy = 30, .roll = 0.05}, kView, 0.5, kPicture);
    const PixelBox now = box.box();
    ASSERT_TRUE(now.x1 < now.x2 && now.y1 < now.y2) << i;
    ASSERT_TRUE(std::abs(now.x1) < 2 * 1280 && std::abs(now.y2) < 2 * 720) << i;
  }
}

TEST(RoadBox, is_gone_when_its_far_end_is_below_the_picture) {
  RoadBox box(patch(5), kPicture);
  EXPECT_FALSE(box.gone(kPicture, 248));
  for (int i = 0; i < 5; ++i) box.carry_along({.k = 1 * kPerMetre}, kView, 0.1, kPicture);
  EXPECT_TRUE(box.gone(kPicture, 248));
}

TEST(RoadBox, what_lies_above_the_horizon_is_not_on_the_road) {
  EXPECT_TRUE(RoadBox({600, 50, 640, 80}, kPicture).gone(kPicture, 248));
  EXPECT_FALSE(RoadBox({600, 250, 640, 280}, kPicture).gone(kPicture, 248));
}

TEST(RoadBox, comes_back_from_its_snapshot) {
  RoadBox box(patch(20), kPicture);
  box.carry_along({.k = 1 * kPerMetre}, kView, 0.1, kPicture);
  const auto back = RoadBox::from(box.snapshot(), kPicture);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->box(), box.box());
}

TEST(RoadBox, a_snapshot_that_is_none_is_refused) {
  const RoadBox::Snapshot good = RoadBox(patch(20), kPicture).snapshot();
  RoadBox::Snapshot turned = good;
  std::swap(turned[0], turned[2]);
  EXPECT_FALSE(RoadBox::from(turned, kPicture));
  RoadBox::Snapshot far = good;
  far[2].position = 1e6;
  EXPECT_FALSE(RoadBox::from(far, kPicture));
  RoadBox::Snapshot unsound = good;
  unsound[1].pp = -1;
  EXPECT_FALSE(RoadBox::from(unsound, kPicture));
}

}  // namespace
}  // namespace hazard::track
