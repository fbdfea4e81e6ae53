#include "sim/decals.hpp"

#include <gtest/gtest.h>

#include "unit/sim/rows.hpp"

namespace hazard::sim {
namespace {

TEST(decals, change_parts_of_the_road_and_nothing_beyond_it) {
  const Scene scene(DriveOptions{});
  int touched = 0;
  for (double start = 0; start < 2000; start += 40) {
    const Decals decals(scene, start);
    for (float z = 2; z < 40; z += 0.5F) {
      Row row = level_row(400, -12, 8, z);
      decals.paint(scene, start, row);
      const int changed = changed_pixels(row);
      EXPECT_LT(changed, 400);
      touched += changed > 0 ? 1 : 0;
      EXPECT_EQ(row.g[0], 100);
      EXPECT_EQ(row.g[399], 100);
    }
  }
  EXPECT_GT(touched, 300);
}

TEST(decals, stay_with_the_road_as_the_camera_moves) {
  const Scene scene(DriveOptions{});
  const Decals before(scene, 500);
  const Decals after(scene, 510);
  for (float z = 12; z < 60; z += 0.7F) {
    Row a = level_row(300, -6, 4, z);
    Row b = level_row(300, -6, 4, z - 10);
    before.paint(scene, 500, a);
    after.paint(scene, 510, b);
    for (std::size_t x = 0; x < 300; ++x) ASSERT_NEAR(a.g[x], b.g[x], 6) << z;
  }
}

TEST(decals, do_not_depend_on_the_hazards) {
  DriveOptions clean;
  clean.hazards_per_km = 0;
  const Scene with(DriveOptions{});
  const Scene without(clean);
  for (float z = 2; z < 60; z += 0.5F) {
    Row a = level_row(200, -6, 4, z);
    Row b = level_row(200, -6, 4, z);
    Decals(with, 0).paint(with, 0, a);
    Decals(without, 0).paint(without, 0, b);
    ASSERT_EQ(a.g, b.g);
  }
}

}  // namespace
}  // namespace hazard::sim
