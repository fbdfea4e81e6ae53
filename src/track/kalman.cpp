#include "track/kalman.hpp"

namespace hazard::track {

void KalmanFilter::predict(double dt, double acceleration_density) noexcept {
  position_ += dt * velocity_;
  // F P F' + Q with F = [[1, dt], [0, 1]] and Q = q [[dt^3/3, dt^2/2], [dt^2/2, dt]].
  pp_ += dt * (2 * pv_ + dt * vv_) + acceleration_density * dt * dt * dt / 3;
  pv_ += dt * vv_ + acceleration_density * dt * dt / 2;
  vv_ += acceleration_density * dt;
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
