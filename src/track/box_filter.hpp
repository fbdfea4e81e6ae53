// The motion of one box: four independent filters for its centre and the logarithms of its sides. Logarithms, because what a vehicle
// approaches grows by a factor per second, and because a side can then never become negative. Used by tracker.cpp, one for each track.
//
// What always holds: box() is finite and not empty for any sequence of finite, non-empty measurements.
#pragma once

#include "domain/geometry.hpp"
#include "track/kalman.hpp"

namespace hazard::track {

class BoxFilter {
 public:
  explicit BoxFilter(const domain::PixelBox& measured) noexcept;

  // Moves on by dt seconds (>= 0).
  void predict(double dt) noexcept;
  void correct(const domain::PixelBox& measured) noexcept;

  domain::PixelBox box() const noexcept;

  // How far the centre of `measured` lies from the expected one, squared, in units of the expected spread of that distance
  // (Mahalanobis): chi-square with two degrees of freedom, as far as the model holds.
  double centre_surprise(const domain::PixelBox& measured) const noexcept;

 private:
  double size() const noexcept;

  KalmanFilter cx_, cy_, log_w_, log_h_;
};

// The side of the square with the box's area: what noise and distances are measured in. A pothole seen flat on the road is much
// wider than high; neither side alone would do.
double size_of(const domain::PixelBox& box) noexcept;

}  // namespace hazard::track
