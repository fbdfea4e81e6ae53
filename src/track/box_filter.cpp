#include "track/box_filter.hpp"

#include <algorithm>
#include <cmath>

namespace hazard::track {
namespace {

using domain::PixelBox;

// Spread of a detector's boxes about the truth, as a share of the size (centre) or of the side (logarithm).
constexpr double kCentreSd = 0.08;
constexpr double kLogSideSd = 0.12;

// What a new track may do before it has been seen twice. At 50 km/h a hazard 5 m ahead moves by one and a half of its sizes in 100 ms.
constexpr double kFirstVelocitySd = 12.0;    // sizes per second
constexpr double kFirstLogVelocitySd = 1.5;  // a factor e^1.5 per second

// Under a moving camera the steady velocity is a poor model: what comes nearer speeds up with the square of speed over distance, and
// the camera shakes. Measured on the road of tests/unit/track/tracker_road_test.cpp (50 km/h, 10 fps): 40 keeps 88 % of the identities,
// 200 keeps 98 %, 400 no more than that and begins to confuse neighbours.
constexpr double kAccelerationDensity = 200.0;   // sizes^2 / s^3
constexpr double kLogAccelerationDensity = 4.0;  // 1 / s^3

// Bounds the exponentials: no side below a twentieth of a pixel or above 160,000.
constexpr double kLogSideLeast = -3;
constexpr double kLogSideMost = 12;

// Farther out a float no longer tells the two sides of a small box apart; no picture is that large.
constexpr double kCentreMost = 1e5;

double side_from_log(double log_side) noexcept { return std::exp(std::clamp(log_side, kLogSideLeast, kLogSideMost)); }

double log_of_side(double side) noexcept { return std::clamp(std::log(side), kLogSideLeast, kLogSideMost); }

double centre_x(const PixelBox& box) noexcept { return (static_cast<double>(box.x1) + box.x2) / 2; }
double centre_y(const PixelBox& box) noexcept { return (static_cast<double>(box.y1) + box.y2) / 2; }

}  // namespace

double size_of(const PixelBox& box) noexcept { return std::sqrt(static_cast<double>(box.width()) * box.height()); }

PixelBox clamped(const PixelBox& box, domain::SizePx picture) noexcept {
  if (picture.width <= 0) return box;
  const auto w = static_cast<float>(picture.width);
  const auto h = static_cast<float>(picture.height);
  return {std::clamp(box.x1, 0.0F, w), std::clamp(box.y1, 0.0F, h), std::clamp(box.x2, 0.0F, w), std::clamp(box.y2, 0.0F, h)};
}

BoxFilter::BoxFilter(const PixelBox& measured) noexcept
    : cx_(centre_x(measured), kCentreSd * size_of(measured), kFirstVelocitySd * size_of(measured)),
      cy_(centre_y(measured), kCentreSd * size_of(measured), kFirstVelocitySd * size_of(measured)),
      log_w_(log_of_side(measured.width()), kLogSideSd, kFirstLogVelocitySd),
      log_h_(log_of_side(measured.height()), kLogSideSd, kFirstLogVelocitySd) {}

std::optional<BoxFilter> BoxFilter::from(const Snapshot& snapshot) noexcept {
  const auto cx = KalmanFilter::from(snapshot[0]);
  const auto cy = KalmanFilter::from(snapshot[1]);
  const auto log_w = KalmanFilter::from(snapshot[2]);
  const auto log_h = KalmanFilter::from(snapshot[3]);
  if (!cx || !cy || !log_w || !log_h) return std::nullopt;
  const bool inside = std::abs(cx->position()) <= kCentreMost && std::abs(cy->position()) <= kCentreMost;
  return inside ? std::optional(BoxFilter(*cx, *cy, *log_w, *log_h)) : std::nullopt;
}

BoxFilter::Snapshot BoxFilter::snapshot() const noexcept {
  return {cx_.snapshot(), cy_.snapshot(), log_w_.snapshot(), log_h_.snapshot()};
}

double BoxFilter::size() const noexcept { return side_from_log((log_w_.position() + log_h_.position()) / 2); }

void BoxFilter::predict(double dt) noexcept {
  const double density = kAccelerationDensity * size() * size();
  cx_.predict(dt, density);
  cy_.predict(dt, density);
  log_w_.predict(dt, kLogAccelerationDensity);
  log_h_.predict(dt, kLogAccelerationDensity);
}

void BoxFilter::correct(const PixelBox& measured) noexcept {
  const double sd = kCentreSd * size_of(measured);
  cx_.correct(centre_x(measured), sd);
  cy_.correct(centre_y(measured), sd);
  log_w_.correct(log_of_side(measured.width()), kLogSideSd);
  log_h_.correct(log_of_side(measured.height()), kLogSideSd);
}

void BoxFilter::scale(double factor) noexcept {
  cx_.transform(factor, 0);
  cy_.transform(factor, 0);
  log_w_.transform(1, std::log(factor));
  log_h_.transform(1, std::log(factor));
}

PixelBox BoxFilter::box() const noexcept {
  const double half_w = side_from_log(log_w_.position()) / 2;
  const double half_h = side_from_log(log_h_.position()) / 2;
  return {static_cast<float>(cx_.position() - half_w), static_cast<float>(cy_.position() - half_h),
          static_cast<float>(cx_.position() + half_w), static_cast<float>(cy_.position() + half_h)};
}

double BoxFilter::centre_surprise(const PixelBox& measured) const noexcept {
  const double sd = kCentreSd * size_of(measured);
  const double dx = centre_x(measured) - cx_.position();
  const double dy = centre_y(measured) - cy_.position();
  return dx * dx / (cx_.position_variance() + sd * sd) + dy * dy / (cy_.position_variance() + sd * sd);
}

}  // namespace hazard::track
