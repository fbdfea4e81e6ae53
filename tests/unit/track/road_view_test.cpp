#include "track/road_view.hpp"

#include <gtest/gtest.h>

namespace hazard::track {
namespace {

constexpr RoadView kView{.horizon = 248, .focus = 640, .middle_x = 640, .middle_y = 360};
constexpr double kFocal = 1065;
constexpr double kHeight = 1.35;

// The definition: a pinhole camera over a flat road.
PicturePoint seen(double ahead_m, double aside_m) { return {640 + kFocal * aside_m / ahead_m, 248 + kFocal * kHeight / ahead_m}; }

TEST(RoadView, a_place_of_the_road_moves_as_a_pinhole_camera_sees_it) {
  for (const double ahead : {5.0, 12.0, 30.0}) {
    for (const double aside : {-3.0, 0.0, 1.5}) {
      for (const double driven : {0.0, 0.5, 2.8}) {
        const PicturePoint to = moved(seen(ahead, aside), kView, {.k = driven / (kFocal * kHeight)});
        const PicturePoint expected = seen(ahead - driven, aside);
        EXPECT_NEAR(to.x, expected.x, 1e-6) << ahead << " " << aside << " " << driven;
        EXPECT_NEAR(to.y, expected.y, 1e-6) << ahead << " " << aside << " " << driven;
      }
    }
  }
}

TEST(RoadView, driving_in_two_steps_is_driving_their_sum) {
  const PicturePoint start = seen(20, 2);
  const PicturePoint twice = moved(moved(start, kView, {.k = 0.001}), kView, {.k = 0.0015});
  const PicturePoint once = moved(start, kView, {.k = 0.0025});
  EXPECT_NEAR(twice.x, once.x, 1e-9);
  EXPECT_NEAR(twice.y, once.y, 1e-9);
}

TEST(RoadView, above_the_horizon_only_turning_moves_a_place) {
  const PicturePoint to = moved(PicturePoint{100, 200}, kView, {.k = 0.01, .dx = 3, .dy = -2});
  EXPECT_DOUBLE_EQ(to.x, 103);
  EXPECT_DOUBLE_EQ(to.y, 198);
}

TEST(RoadView, rolling_turns_about_the_middle) {
  const PicturePoint right =
      moved(PicturePoint{740, 360}, {.horizon = 1000, .focus = 640, .middle_x = 640, .middle_y = 360}, {.roll = 0.01});
  EXPECT_NEAR(right.x, 740, 1e-9);
  EXPECT_NEAR(right.y, 361, 1e-9);
}

TEST(RoadView, a_place_driven_over_stops_far_below_the_picture_instead_of_turning_round) {
  const PicturePoint to = moved(seen(2, 0.5), kView, {.k = 5 / (kFocal * kHeight)});
  EXPECT_GT(to.y, 5000);
  EXPECT_LT(to.y, 20000);
  EXPECT_GT(to.x, 640);
}

TEST(GrowthAt, is_the_factor_of_the_distances) {
  EXPECT_DOUBLE_EQ(growth_at(200, kView, {.k = 0.01}), 1);
  EXPECT_NEAR(growth_at(seen(10, 0).y, kView, {.k = 5 / (kFocal * kHeight)}), 2, 1e-9);
}

TEST(RowsBelow, is_never_less_than_it_may_be) {
  EXPECT_DOUBLE_EQ(rows_below(300, kView), 52);
  EXPECT_DOUBLE_EQ(rows_below(248, kView), 1);
  EXPECT_DOUBLE_EQ(rows_below(0, kView, 4), 4);
}

}  // namespace
}  // namespace hazard::track
