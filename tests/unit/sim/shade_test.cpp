#include "sim/shade.hpp"

#include <gtest/gtest.h>

#include "unit/sim/rows.hpp"

namespace hazard::sim {
namespace {

Scene sunny(float shade) {
  Scene scene(DriveOptions{});
  scene.sun.shade = shade;
  return scene;
}

TEST(shade, darkens_no_more_than_the_sun_allows) {
  const Scene scene = sunny(0.55F);
  int shaded = 0;
  for (double start = 0; start < 3000; start += 100) {
    const Shade shade(scene, start);
    for (float z = 2; z < 60; z += 1) {
      Row row = level_row(200, -10, 8, z);
      shade.paint(row);
      for (const float light : row.light) {
        ASSERT_GE(light, 0.549F);
        ASSERT_LE(light, 1);
        shaded += light < 0.9F ? 1 : 0;
      }
      ASSERT_EQ(changed_pixels(row), 0);  // light only, no colours
    }
  }
  EXPECT_GT(shaded, 1000);
}

TEST(shade, closed_sky_casts_none) {
  const Scene scene = sunny(0.95F);
  for (double start = 0; start < 2000; start += 100) {
    Row row = level_row(200, -10, 8, 15);
    Shade(scene, start).paint(row);
    for (const float light : row.light) ASSERT_EQ(light, 1);
  }
}

TEST(shade, bridges_are_rare_and_stay_in_place) {
  const Scene scene(DriveOptions{});
  const auto all = bridges_between(scene, 0, 0, 100'000);
  EXPECT_GT(all.size(), 10U);
  EXPECT_LT(all.size(), 60U);
  for (const Bridge& bridge : all) {
    const auto again = bridges_between(scene, bridge.z - 50, 0, 100);
    ASSERT_FALSE(again.empty());
    EXPECT_NEAR(again.front().z, 50, 1e-6);
    EXPECT_GT(bridge.clear_m, 4.5);
  }
}

TEST(shade, road_under_a_bridge_is_dark_from_edge_to_edge) {
  Scene scene = sunny(0.5F);
  scene.sun.to_z = 0;
  const Bridge bridge = bridges_between(scene, 0, 100, 100'000).front();
  Row row = level_row(100, -5, 3, static_cast<float>(50 + bridge.long_m / 2));
  Shade(scene, bridge.z - 50).paint(row);
  for (const float light : row.light) EXPECT_LT(light, 0.51F);
}

}  // namespace
}  // namespace hazard::sim
