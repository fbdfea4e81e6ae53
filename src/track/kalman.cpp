#include "track/kalman.hpp"

#include <cmath>

namespace hazard::track {
namespace {

// No pixel, logarithm or variance of them comes near it; its square is far from overflowing.
constexpr double kLargest = 1e30;

bool finite(double value) noexcept { return std::isfinite(value) && std::abs(value) <= kLargest; }

}  // namespace

std::optional<KalmanFilter> KalmanFilter::from(const Snapshot& s) noexcept {
  const bool numbers = finite(s.position) && finite(s.velocity) && finite(s.pp) && finite(s.pv) && finite(s.vv);
  // Rounding may leave a certain filter a little outside of what a covariance matrix can be.
  if (!numbers || s.pp <= 0 || s.vv <= 0 || s.pv * s.pv > s.pp * s.vv * (1 + 1e-6)) return std::nullopt;
  KalmanFilter filter(s.position, 1, 1);
  filter.velocity_ = s.velocity;
  filter.pp_ = s.pp;
  filter.pv_ = s.pv;
  filter.vv_ = s.vv;
  return filter;
}

void KalmanFilter::predict(double dt, double acceleration_density) noexcept {
  position_ += dt * velocity_;
  // F P F' + Q with F = [[1, dt], [0, 1]] and Q = q [[dt^3/3, dt^2/2], [dt^2/2, dt]].
  pp_ += dt * (2 * pv_ + dt * vv_) + acceleration_density * dt * dt * dt / 3;
  pv_ += dt * vv_ + acceleration_density * dt * dt / 2;
  vv_ += acceleration_density * dt;
}

void KalmanFilter::transform(double scale, double offset) noexcept {
  position_ = scale * position_ + offset;
  velocity_ *= scale;
  pp_ *= scale * scale;
  pv_ *= scale * scale;
  vv_ *= scale * scale;
}

void KalmanFilter::damp(double share) noexcept {
  velocity_ *= share;
  pv_ *= share;
  vv_ *= share * share;
}

void KalmanFilter::cap_variance(double most) noexcept {
  if (pp_ <= most) return;
  // The same correlation, so that the matrix stays a covariance.
  pv_ *= std::sqrt(most / pp_);
  pp_ = most;
}

void KalmanFilter::correct(double measured, double measurement_sd) noexcept {
  const double r = measurement_sd * measurement_sd;
  const double s = pp_ + r;
  const double gain_p = pp_ / s;
  const double gain_v = pv_ / s;
  const double innovation = measured - position_;
  position_ += gain_p * innovation;
  velocity_ += gain_v * innovation;
  // (I - K H) P, written so that the variances stay positive however small r is.
  vv_ -= gain_v * pv_;
  pv_ *= r / s;
  pp_ *= r / s;
}

}  // namespace hazard::track
