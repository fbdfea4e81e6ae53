#include "sim/backdrop.hpp"

#include <gtest/gtest.h>

#include "unit/sim/rows.hpp"

namespace hazard::sim {
namespace {

struct Setting {
  Setting() : scene(options()), view(scene.options, scene.track, 30), backdrop(scene, view) {}
  static DriveOptions options() {
    DriveOptions drive;
    drive.size = {640, 360};
    drive.shake = 0;
    return drive;
  }
  Scene scene;
  View view;
  Backdrop backdrop;
};

TEST(backdrop, sky_fills_exactly_the_pixels_without_ground) {
  const Setting set;
  Row row = level_row(640, -5, 5, 9);
  row.y = 10;
  row.from = 100;
  row.to = 500;
  set.backdrop.paint_sky(row);
  EXPECT_EQ(changed_pixels(row), 240);
  EXPECT_EQ(row.z[50], -1);
  EXPECT_EQ(row.z[300], 9);
  EXPECT_EQ(row.g[100], 100);
  EXPECT_NE(row.g[99], 100);
}

TEST(backdrop, sky_is_brighter_than_the_woods_under_it) {
  const Setting set;
  const auto mean = [&](int y) {
    Row row = level_row(640, -5, 5, 9);
    row.y = y;
    row.from = row.to = 0;
    set.backdrop.paint_sky(row);
    double sum = 0;
    for (const float g : row.g) sum += static_cast<double>(g);
    return sum / 640;
  };
  const int horizon = static_cast<int>(set.view.horizon()) + 180;
  EXPECT_GT(mean(horizon - 60), mean(horizon - 1) + 10);
}

TEST(backdrop, what_stands_covers_the_horizon_but_not_the_road_before_the_car) {
  const Setting set;
  int covered_rows = 0;
  for (int y = 0; y < 360; ++y) {
    Row row = level_row(640, -5, 5, 9);
    row.y = y;
    set.backdrop.paint_standing(row);
    if (changed_pixels(row) > 0) ++covered_rows;
    if (y > 300) EXPECT_EQ(row.g[320], 100);
  }
  EXPECT_GT(covered_rows, 20);
}

}  // namespace
}  // namespace hazard::sim
