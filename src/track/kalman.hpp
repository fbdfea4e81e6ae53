// One quantity that moves at a nearly constant velocity, followed by a two-state Kalman filter (position, velocity) with white
// noise acceleration: Bar-Shalom, Li and Kirubarajan, "Estimation with Applications to Tracking and Navigation" (2001), section 6.2.
// Time is real: any step length, so frames that come unevenly or get lost cost nothing but certainty. Used by box_filter.hpp, four
// for each track; plain data, no locking.
//
// What always holds: both variances are positive and the covariance matrix is symmetric.
#pragma once

#include <optional>

namespace hazard::track {

class KalmanFilter {
 public:
  // All there is to know of a filter: what is written when a tracker is saved.
  struct Snapshot {
    double position = 0;
    double velocity = 0;
    double pp = 1;  // covariance matrix [[pp, pv], [pv, vv]]
    double pv = 0;
    double vv = 1;
  };

  // Starts at a measured position with unknown velocity, taken as 0 +- velocity_sd (units per second).
  KalmanFilter(double position, double position_sd, double velocity_sd) noexcept
      : position_(position), pp_(position_sd * position_sd), vv_(velocity_sd * velocity_sd) {}

  // Nothing when no filter could have come to such a state, or when its numbers are so large that going on would overflow.
  static std::optional<KalmanFilter> from(const Snapshot& snapshot) noexcept;
  Snapshot snapshot() const noexcept { return {position_, velocity_, pp_, pv_, vv_}; }

  // Moves on by dt seconds (>= 0). `acceleration_density` is the noise's power spectral density, units^2 / s^3.
  void predict(double dt, double acceleration_density) noexcept;

  // Takes in a measured position with the standard deviation measurement_sd (> 0).
  void correct(double measured, double measurement_sd) noexcept;

  // What is measured in changes: from now on position means scale * position + offset (scale > 0, finite).
  void transform(double scale, double offset) noexcept;

  // The position is less certain than it was.
  void loosen(double variance) noexcept { pp_ += variance; }

  // The velocity fades to `share` (0..1] of itself, its spread with it.
  void damp(double share) noexcept;
  // No less certain than `most` (> 0): where only a part of the scale is of interest.
  void cap_variance(double most) noexcept;

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
