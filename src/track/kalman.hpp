// One quantity that moves at a nearly constant velocity, followed by a two-state Kalman filter (position, velocity) with white
// noise acceleration: Bar-Shalom, Li and Kirubarajan, "Estimation with Applications to Tracking and Navigation" (2001), section 6.2.
// Time is real: any step length, so frames that come unevenly or get lost cost nothing but certainty. Used by box_filter.hpp, four
// for each track; plain data, no locking.
//
// What always holds: both variances are positive and the covariance matrix is symmetric.
#pragma once

namespace hazard::track {

class KalmanFilter {
 public:
  // Starts at a measured position with unknown velocity, taken as 0 +- velocity_sd (units per second).
  KalmanFilter(double position, double position_sd, double velocity_sd) noexcept
      : position_(position), pp_(position_sd * position_sd), vv_(velocity_sd * velocity_sd) {}

  // Moves on by dt seconds (>= 0). `acceleration_density` is the noise's power spectral density, units^2 / s^3.
  void predict(double dt, double acceleration_density) noexcept;

  // Takes in a measured position with the standard deviation measurement_sd (> 0).
  void correct(double measured, double measurement_sd) noexcept;

  double position() const noexcept { return position_; }
  double velocity() const noexcept { return velocity_; }
  double position_variance() const noexcept { return pp_; }
  double velocity_variance() const noexcept { return vv_; }
  double covariance() const noexcept { return pv_; }

 private:
  double position_ = 0;
  double velocity_ = 0;
  double pp_ = 1;  // covariance matrix [[pp, pv], [pv, vv]]
  double pv_ = 0;
  double vv_ = 1;
};

}  // namespace hazard::track
