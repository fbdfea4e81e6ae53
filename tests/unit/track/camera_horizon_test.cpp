#include <gtest/gtest.h>

#include "track/camera_motion.hpp"

namespace hazard::track {
namespace {

// A low box whose width is as many tenths as it lies rows below `horizon`.
domain::PixelBox at(double horizon, double below) {
  const auto width = static_cast<float>(0.4 * below);
  const auto row = static_cast<float>(horizon + below);
  return {600, row - 2, 600 + width, row + 2};
}

TEST(CameraHorizon, is_learnt_from_boxes_that_grow) {
  for (const double horizon : {-70.0, 180.0, 290.0}) {
    CameraMotion camera;
    camera.take_size({1280, 720});
    for (int i = 0; i < 60; ++i) {
      const GrowthMark young = camera.mark(at(horizon, 90));
      for (const double below : {140.0, 220.0, 330.0}) camera.learn_horizon(young, at(horizon, below));
    }
    EXPECT_NEAR(camera.view().horizon, horizon, 40) << horizon;
  }
}

TEST(CameraHorizon, a_wrong_pair_does_not_decide) {
  CameraMotion camera;
  camera.take_size({1280, 720});
  const double before = camera.view().horizon;
  camera.learn_horizon(camera.mark({100, 500, 110, 504}), {100, 510, 900, 514});
  EXPECT_NEAR(camera.view().horizon, before, 40);
}

}  // namespace
}  // namespace hazard::track
