#include "report/road_projection.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hazard::report {
namespace {

constexpr double kRadians = std::numbers::pi / 180;
constexpr double kHeadingSigma = 3 * kRadians;  // a vehicle is not always parallel to its course, nor a phone to the vehicle
constexpr double kBoxSigmaPx = 3;
constexpr double kSizeSigmaM = 0.3;  // the middle of a box is not the middle of the defect

}  // namespace

Camera measured_camera(double height_m, double pitch_deg, double fov_deg) {
  Camera camera;
  camera.height_m = height_m;
  camera.pitch_deg = pitch_deg;
  camera.fov_deg = fov_deg;
  camera.height_sigma_m = 0.05;
  camera.pitch_sigma_deg = 1;
  camera.measured = true;
  return camera;
}

RoadPoint project(const Camera& camera, domain::SizePx picture, const domain::PixelBox& box) {
  const double width = std::max(1, picture.width);
  const double height = std::max(1, picture.height);
  const double focal = width / 2 / std::tan(std::clamp(camera.fov_deg, 10.0, 150.0) / 2 * kRadians);
  const double x = (static_cast<double>(box.x1) + static_cast<double>(box.x2) - width) / 2 / focal;
  const double y = (static_cast<double>(box.y1) + static_cast<double>(box.y2) - height) / 2 / focal;
  const double pitch = camera.pitch_deg * kRadians;
  const double down = std::sin(pitch) + y * std::cos(pitch);
  const double forward = std::cos(pitch) - y * std::sin(pitch);
  const RoadPoint beyond{kAheadMostM + camera.ahead_m, 0, kAheadMostM / 2};
  if (down <= 0) return beyond;
  const double ahead = camera.height_m * forward / down;
  if (ahead > kAheadMostM) return beyond;
  // The ray meets the road at an angle t with tan t = height / ahead: a turn of the ray by dt moves the point by
  // height / sin^2 t * dt = (height^2 + ahead^2) / height * dt.
  const double turn = (camera.height_m * camera.height_m + ahead * ahead) / camera.height_m;
  const double tilt = std::hypot(camera.pitch_sigma_deg * kRadians, kBoxSigmaPx / focal);
  const double along = std::hypot(turn * tilt, ahead * camera.height_sigma_m / camera.height_m);
  const double right = ahead * x / forward;
  const double across = std::hypot(ahead * kHeadingSigma, std::abs(x) * along, ahead * kBoxSigmaPx / focal);
  const double sigma = std::hypot(std::min(std::max(along, across), kAheadMostM / 2), kSizeSigmaM);
  return {ahead + camera.ahead_m, right, sigma};
}

}  // namespace hazard::report
