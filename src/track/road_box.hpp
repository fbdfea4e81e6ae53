// The motion of the box of something that lies on the road, once the camera's motion is known: its four sides, each a filter of its own,
// carried along by the camera and corrected by what the detector finds. Sides that the picture cuts off are not the thing's own: they are
// neither believed nor held against it. Used by tracker.cpp, one for each track.
//
// What always holds: box() is finite and not empty, and lies at most a picture's size outside of the picture.
#pragma once

#include <array>
#include <optional>

#include "domain/geometry.hpp"
#include "track/camera_motion.hpp"
#include "track/kalman.hpp"

namespace hazard::track {

// Which sides of a box lie at the picture's edge.
struct Cuts {
  bool left = false;
  bool right = false;
  bool bottom = false;
  bool any() const noexcept { return left || right || bottom; }
};
Cuts cuts_of(const domain::PixelBox& box, domain::SizePx picture) noexcept;

class RoadBox {
 public:
  // x1, y1, x2, y2.
  using Snapshot = std::array<KalmanFilter::Snapshot, 4>;

  RoadBox(const domain::PixelBox& found, domain::SizePx picture) noexcept;

  // Nothing when no box in `picture` could have come to such a state.
  static std::optional<RoadBox> from(const Snapshot& snapshot, domain::SizePx picture) noexcept;
  Snapshot snapshot() const noexcept;

  // The camera moved by `step`, as seen from `from`; dt seconds went by.
  void carry_along(const CameraStep& step, const RoadView& from, double dt, domain::SizePx picture) noexcept;
  // The camera's motion is known only so well.
  void loosen(const CameraMotion& camera) noexcept;
  void correct(const domain::PixelBox& found, domain::SizePx picture) noexcept;
  // The same picture, sent `factor` times as large (> 0).
  void scale(double factor) noexcept;

  domain::PixelBox box() const noexcept;

  // How far the sides of `found` lie from the expected ones, squared, in units of their expected spread (Mahalanobis): about chi-square
  // with four degrees of freedom. With `camera`, its motion of this frame is still as uncertain as it says.
  double surprise(const domain::PixelBox& found, domain::SizePx picture, const CameraMotion* camera) const noexcept;

  // Of the difference between the centres.
  double centre_variance_x(const domain::PixelBox& found, domain::SizePx picture) const noexcept;
  double centre_variance_y(const domain::PixelBox& found, domain::SizePx picture) const noexcept;

  // Has left the picture or the road, beyond doubt.
  bool gone(domain::SizePx picture, double horizon) const noexcept;

 private:
  enum Side : std::size_t { kX1, kY1, kX2, kY2 };
  explicit RoadBox(const std::array<KalmanFilter, 4>& sides) noexcept : sides_(sides) {}

  std::array<KalmanFilter, 4> sides_;
};

}  // namespace hazard::track
