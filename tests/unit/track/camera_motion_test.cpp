#include "track/camera_motion.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace hazard::track {
namespace {

CameraMotion camera_of(domain::SizePx size) {
  CameraMotion camera;
  camera.take_size(size);
  return camera;
}

TEST(CameraMotion, knows_nothing_before_it_knows_the_size) {
  EXPECT_FALSE(CameraMotion().knows_size());
  EXPECT_TRUE(camera_of({1280, 720}).knows_size());
}

TEST(CameraMotion, drives_as_fast_as_it_is_told) {
  CameraMotion camera = camera_of({1280, 720});
  const double slow = camera.step(0.1, nullptr, 5.0, std::nullopt).k;
  const double fast = camera.step(0.1, nullptr, 20.0, std::nullopt).k;
  EXPECT_NEAR(fast, 4 * slow, 1e-9);
  EXPECT_DOUBLE_EQ(camera.step(0.1, nullptr, 0.0, std::nullopt).k, 0);
}

TEST(CameraMotion, speeds_that_are_none_are_not_believed) {
  for (const double speed : {-1.0, 1e9, std::numeric_limits<double>::quiet_NaN()}) {
    CameraMotion camera = camera_of({1280, 720});
    CameraMotion other = camera_of({1280, 720});
    EXPECT_DOUBLE_EQ(camera.step(0.1, nullptr, speed, std::nullopt).k, other.step(0.1, nullptr, std::nullopt, std::nullopt).k);
  }
}

TEST(CameraMotion, a_turn_to_the_right_moves_the_picture_to_the_left) {
  CameraMotion camera = camera_of({1280, 720});
  camera.step(0.2, nullptr, std::nullopt, 359.0);
  EXPECT_LT(camera.step(0.2, nullptr, std::nullopt, 3.0).dx, -5);
}

TEST(CameraMotion, what_all_boxes_do_is_the_cameras_doing) {
  CameraMotion camera = camera_of({1280, 720});
  camera.step(0.1, nullptr, std::nullopt, std::nullopt);
  std::vector<BoxPair> pairs;
  for (const float x : {200.0F, 600.0F, 1000.0F}) pairs.push_back({{x, 400, x + 60, 420}, {x + 6, 400, x + 66, 420}, 1, 1});
  EXPECT_NEAR(camera.learn(pairs, 0.1).dx, 6, 1);
}

TEST(CameraMotion, comes_back_from_its_snapshot_and_from_no_other) {
  CameraMotion camera = camera_of({1280, 720});
  camera.step(0.1, nullptr, 12.0, 90.0);
  CameraMotion other;
  EXPECT_TRUE(other.restore(camera.snapshot(), {1280, 720}));
  EXPECT_DOUBLE_EQ(other.step(0.1, nullptr, 12.0, 90.0).k, camera.step(0.1, nullptr, 12.0, 90.0).k);
  CameraMotion::Snapshot wrong = camera.snapshot();
  wrong.nod = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(other.restore(wrong, {1280, 720}));
  EXPECT_FALSE(other.restore(camera.snapshot(), {}));
}

}  // namespace
}  // namespace hazard::track
