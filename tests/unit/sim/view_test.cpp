#include "sim/view.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace hazard::sim {
namespace {

DriveOptions steady() {
  DriveOptions options;
  options.shake = 0;
  options.size = {640, 360};
  return options;
}

TEST(view, pixel_of_a_place_sees_that_place) {
  for (const double shake : {0.0, 1.0, 3.0}) {
    DriveOptions options = steady();
    options.shake = shake;
    const Track track(options.seed, 0, 0);
    for (double time = 0; time < 20; time += 3.3) {
      const View view(options, track, time);
      for (const double z : {4.0, 9.0, 20.0, 39.0}) {
        for (const double t : {-3.5, 0.0, 1.2}) {
          Point at;
          ASSERT_TRUE(view.project(z, t, 0, at));
          const float v = view.level_v(at.x, at.y);
          ASSERT_GE(v, view.ground_top());
          ASSERT_LT(v, view.ground_bottom());
          const GroundRow ground = view.ground(v);
          EXPECT_NEAR(static_cast<double>(ground.z), z, 0.01 * z);
          EXPECT_NEAR(static_cast<double>(view.level_u(at.x, at.y) * ground.per_px + ground.shift), t, 0.02 + 0.003 * z);
        }
      }
    }
  }
}

TEST(view, what_is_higher_or_further_is_higher_in_the_picture) {
  const DriveOptions options = steady();
  const View view(options, Track(options.seed, 0, 0), 0);
  Point near;
  Point far;
  Point up;
  ASSERT_TRUE(view.project(5, 0, 0, near));
  ASSERT_TRUE(view.project(30, 0, 0, far));
  ASSERT_TRUE(view.project(5, 0, 1, up));
  EXPECT_LT(far.y, near.y);
  EXPECT_LT(up.y, near.y);
  EXPECT_NEAR(up.x, near.x, 0.1);
}

TEST(view, places_behind_and_beyond_are_not_projected) {
  const DriveOptions options = steady();
  const View view(options, Track(options.seed, 0, 0), 0);
  Point at;
  EXPECT_FALSE(view.project(-5, 0, 0, at));
  EXPECT_FALSE(view.project(View::kNearest - 0.01, 0, 0, at));
  EXPECT_TRUE(view.project(View::kNearest, 0, 0, at));
  EXPECT_TRUE(view.project(View::kFarthest, 0, 0, at));
  EXPECT_FALSE(view.project(View::kFarthest + 1, 0, 0, at));
}

TEST(view, stands_still_on_rails_and_moves_with_shake) {
  DriveOptions options = steady();
  options.speed_mps = 0;
  const Track track(options.seed, 0, 0);
  EXPECT_EQ(View(options, track, 1).horizon(), View(options, track, 2).horizon());
  options.shake = 1;
  Point a;
  Point b;
  ASSERT_TRUE(View(options, track, 1).project(10, 0, 0, a));
  ASSERT_TRUE(View(options, track, 1.4).project(10, 0, 0, b));
  EXPECT_NE(a.y, b.y);
}

TEST(view, pitch_lowers_the_camera_and_raises_the_horizon) {
  DriveOptions options = steady();
  const Track track(options.seed, 0, 0);
  const float shallow = View(options, track, 0).horizon();
  options.camera_pitch_deg = 15;
  EXPECT_LT(View(options, track, 0).horizon(), shallow);
}

TEST(view, extreme_sizes_and_angles_have_ground_rows_in_order) {
  for (const domain::SizePx size : {domain::SizePx{64, 64}, {1920, 1080}, {360, 640}, {33, 400}}) {
    for (const double pitch : {-5.0, 0.0, 35.0}) {
      DriveOptions options = steady();
      options.size = size;
      options.camera_pitch_deg = pitch;
      options.shake = 2;
      const View view(options, Track(options.seed, 0, 0), 7);
      ASSERT_LT(view.ground_top() + 1, view.ground_bottom());
      float before = 1e9F;
      for (float v = view.ground_top(); v < view.ground_bottom(); ++v) {
        const GroundRow row = view.ground(v);
        ASSERT_GT(row.z, 0);
        ASSERT_LE(row.z, before);
        before = row.z;
      }
    }
  }
}

}  // namespace
}  // namespace hazard::sim
