#include "sim/scene.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace hazard::sim {
namespace {

DriveOptions seeded(std::uint64_t seed) {
  DriveOptions options;
  options.seed = seed;
  return options;
}

TEST(scene, every_seed_has_a_plausible_cross_section) {
  for (std::uint64_t seed = 0; seed < 25; ++seed) {
    const Scene scene(seeded(seed));
    const CrossSection& road = scene.road;
    EXPECT_LT(road.asphalt_left, road.lane_left);
    EXPECT_LT(road.lane_right, road.asphalt_right);
    EXPECT_FLOAT_EQ(road.lane_right - road.lane_left, 7);
    ASSERT_GE(road.lines.size(), 3U);
    for (const LaneLine& line : road.lines) {
      EXPECT_GT(line.t - line.half_m, road.asphalt_left);
      EXPECT_LT(line.t + line.half_m, road.asphalt_right);
      EXPECT_LT(line.dash_m, line.period_m);
    }
  }
}

TEST(scene, every_seed_has_a_sun_and_colours_in_range) {
  for (std::uint64_t seed = 0; seed < 25; ++seed) {
    const Scene scene(seeded(seed));
    EXPECT_NEAR(std::hypot(scene.sun.to_t, scene.sun.to_z), 1, 1e-5);
    EXPECT_GT(scene.sun.slope, 0);
    EXPECT_GE(scene.sun.shade, 0.5F);
    EXPECT_LE(scene.sun.shade, 1);
    for (const Colour colour : {scene.palette.asphalt, scene.palette.grass, scene.palette.sky_top, scene.palette.cloud}) {
      for (const float part : {colour.r, colour.g, colour.b}) {
        EXPECT_GT(part, 20);
        EXPECT_LT(part, 256);
      }
    }
  }
}

TEST(scene, lane_tone_covers_the_asphalt_and_stays_gentle) {
  const Scene scene(seeded(3));
  EXPECT_GE(static_cast<float>(scene.lane_tone.size() - 1) * Scene::kToneStep,
            scene.road.asphalt_right - scene.road.asphalt_left);
  for (const float tone : scene.lane_tone) EXPECT_LT(std::abs(tone), 0.45F);
}

TEST(scene, hazards_follow_the_options) {
  DriveOptions options = seeded(1);
  options.hazards_per_km = 0;
  EXPECT_TRUE(Scene(options).hazards.between(0, 1000).empty());
}

TEST(scene, colours_blend_linearly) {
  const Colour middle = blend({0, 100, 200}, {100, 100, 0}, 0.25F);
  EXPECT_EQ(middle.r, 25);
  EXPECT_EQ(middle.g, 100);
  EXPECT_EQ(middle.b, 150);
}

}  // namespace
}  // namespace hazard::sim
