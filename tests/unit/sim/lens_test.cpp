#include "sim/lens.hpp"

#include <gtest/gtest.h>

#include "unit/sim/rows.hpp"

namespace hazard::sim {
namespace {

struct Setting {
  explicit Setting(double darkness = 0)
      : scene(options(darkness)), view(scene.options, scene.track, 0), lens(scene, view, 1, 0) {}
  static DriveOptions options(double darkness) {
    DriveOptions drive;
    drive.size = {640, 360};
    drive.shake = 0;
    drive.darkness = darkness;
    return drive;
  }
  double mean(float z, float light, int y = 180, int from = 200, int to = 440) const {
    Row row = level_row(640, -5, 5, z);
    row.y = y;
    std::ranges::fill(row.light, light);
    std::vector<std::uint8_t> bytes(3 * 640);
    lens.expose(row, bytes.data());
    double sum = 0;
    for (int i = 3 * from; i < 3 * to; ++i) sum += bytes[static_cast<std::size_t>(i)];
    return sum / (3 * (to - from));
  }
  Scene scene;
  View view;
  Lens lens;
};

TEST(lens, shadow_is_darker_than_sun) {
  const Setting set;
  EXPECT_LT(set.mean(10, 0.5F), set.mean(10, 1) - 25);
}

TEST(lens, corners_are_darker_than_the_middle) {
  const Setting set;
  EXPECT_LT(set.mean(10, 1, 2, 0, 60), set.mean(10, 1, 180, 290, 350) - 8);
}

TEST(lens, haze_lifts_what_is_far) {
  const Setting set;
  EXPECT_GT(set.mean(600, 1), set.mean(10, 1) + 10);
}

TEST(lens, headlights_reach_the_near_road_only) {
  const Setting night(1);
  EXPECT_GT(night.mean(10, 1), 40);
  EXPECT_LT(night.mean(150, 1), 20);
  EXPECT_LT(night.mean(10, 1), Setting(0).mean(10, 1));
}

TEST(lens, noise_differs_from_frame_to_frame) {
  const Setting set;
  const Lens other(set.scene, set.view, 2, 0);
  Row row = level_row(640, -5, 5, 10);
  row.y = 100;
  std::vector<std::uint8_t> a(3 * 640);
  std::vector<std::uint8_t> b(3 * 640);
  set.lens.expose(row, a.data());
  other.expose(row, b.data());
  EXPECT_NE(a, b);
  set.lens.expose(row, b.data());
  EXPECT_EQ(a, b);
}

}  // namespace
}  // namespace hazard::sim
