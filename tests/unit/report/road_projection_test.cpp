#include "report/road_projection.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace hazard::report {
namespace {

constexpr domain::SizePx kPicture{1280, 720};

// The pixel at which a camera sees a place on a flat road: the inverse of what is tested.
domain::PixelBox box_at(const Camera& camera, double ahead, double right) {
  const double pitch = camera.pitch_deg * 3.14159265358979 / 180;
  const double focal = kPicture.width / 2.0 / std::tan(camera.fov_deg / 2 * 3.14159265358979 / 180);
  const double depth = ahead * std::cos(pitch) + camera.height_m * std::sin(pitch);
  const double down = camera.height_m * std::cos(pitch) - ahead * std::sin(pitch);
  const auto x = static_cast<float>(kPicture.width / 2.0 + focal * right / depth);
  const auto y = static_cast<float>(kPicture.height / 2.0 + focal * down / depth);
  return {x - 10, y - 5, x + 10, y + 5};
}

TEST(RoadProjection, finds_back_where_a_box_lies) {
  const Camera camera = measured_camera(1.35, 6, 62);
  for (const double ahead : {4.0, 8.0, 20.0, 50.0}) {
    for (const double right : {-3.0, 0.0, 1.5}) {
      const RoadPoint point = project(camera, kPicture, box_at(camera, ahead, right));
      EXPECT_NEAR(point.ahead_m - camera.ahead_m, ahead, 0.01 * ahead);
      EXPECT_NEAR(point.right_m, right, 0.03);
    }
  }
}

TEST(RoadProjection, doubts_grow_with_distance_and_without_a_measured_camera) {
  const Camera measured = measured_camera(1.3, 5, 62);
  const Camera assumed;
  const double near = project(measured, kPicture, box_at(measured, 5, 0)).sigma_m;
  const double far = project(measured, kPicture, box_at(measured, 20, 0)).sigma_m;
  EXPECT_LT(near, 1.0);
  EXPECT_GT(far, 3.0);
  EXPECT_GT(project(assumed, kPicture, box_at(assumed, 10, 0)).sigma_m,
            2 * project(measured, kPicture, box_at(measured, 10, 0)).sigma_m);
}

TEST(RoadProjection, the_stated_doubt_holds_a_camera_tilted_by_as_much_as_it_may) {
  const Camera believed = measured_camera(1.3, 5, 62);
  Camera real = believed;
  real.pitch_deg += 1;
  for (const double ahead : {4.0, 8.0, 12.0}) {
    const RoadPoint point = project(believed, kPicture, box_at(real, ahead, 0));
    EXPECT_LE(std::abs(point.ahead_m - believed.ahead_m - ahead), 1.5 * point.sigma_m) << ahead;
  }
}

TEST(RoadProjection, at_and_above_the_horizon_there_is_no_place_but_a_wide_doubt) {
  const Camera level = measured_camera(1.3, 0, 62);
  for (const domain::PixelBox box : {domain::PixelBox{600, 350, 680, 370}, domain::PixelBox{600, 10, 680, 30}}) {
    const RoadPoint point = project(level, kPicture, box);
    EXPECT_EQ(point.ahead_m, kAheadMostM + level.ahead_m);
    EXPECT_EQ(point.sigma_m, kAheadMostM / 2);
  }
}

TEST(RoadProjection, an_empty_picture_or_a_senseless_camera_is_no_crash) {
  Camera camera;
  camera.fov_deg = 0;
  const RoadPoint point = project(camera, {0, 0}, {});
  EXPECT_TRUE(std::isfinite(point.ahead_m));
  EXPECT_TRUE(std::isfinite(point.sigma_m));
}

}  // namespace
}  // namespace hazard::report
