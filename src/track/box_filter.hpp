// The motion of one box: four independent filters for its centre and the logarithms of its sides. Logarithms, because what a vehicle
// approaches grows by a factor per second, and because a side can then never become negative. Used by tracker.cpp, one for each track.
//
// What always holds: box() is finite and not empty for any sequence of finite, non-empty measurements.
#pragma once

#include <array>
#include <optional>

#include "domain/geometry.hpp"
#include "track/kalman.hpp"

namespace hazard::track {

class BoxFilter {
 public:
  // Centre x, centre y, logarithm of the width, of the height.
  using Snapshot = std::array<KalmanFilter::Snapshot, 4>;

  explicit BoxFilter(const domain::PixelBox& measured) noexcept;

  // Nothing when no filter could have come to such a state.
  static std::optional<BoxFilter> from(const Snapshot& snapshot) noexcept;
  Snapshot snapshot() const noexcept;

  // Moves on by dt seconds (>= 0).
  void predict(double dt) noexcept;
  void correct(const domain::PixelBox& measured) noexcept;

  // The same picture, sent `factor` times as large (> 0).
  void scale(double factor) noexcept;

  domain::PixelBox box() const noexcept;

  // How far the centre of `measured` lies from the expected one, squared, in units of the expected spread of that distance
  // (Mahalanobis): chi-square with two degrees of freedom, as far as the model holds.
  double centre_surprise(const domain::PixelBox& measured) const noexcept;

 private:
  BoxFilter(const KalmanFilter& cx, const KalmanFilter& cy, const KalmanFilter& log_w, const KalmanFilter& log_h) noexcept
      : cx_(cx), cy_(cy), log_w_(log_w), log_h_(log_h) {}

  double size() const noexcept;

  KalmanFilter cx_, cy_, log_w_, log_h_;
};

// The side of the square with the box's area: what noise and distances are measured in. A pothole seen flat on the road is much
// wider than high; neither side alone would do.
double size_of(const domain::PixelBox& box) noexcept;

// The part of the box that lies in the picture, perhaps empty; of a picture of unknown size (0x0) all.
domain::PixelBox clamped(const domain::PixelBox& box, domain::SizePx picture) noexcept;

}  // namespace hazard::track
