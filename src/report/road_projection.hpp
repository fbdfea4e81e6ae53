// From a box in a picture to a place on the road in front of the camera: a pinhole camera over a flat road. Pure; any thread.
//
// A road that rises or falls, a loaded car and a phone that slipped break the flat-road rule; the camera's stated doubts must cover
// them. Where camera height and tilt are not known, a windscreen phone is assumed and the doubts are wide.
#pragma once

#include <optional>

#include "domain/hazard.hpp"

namespace hazard::report {

struct Camera {
  double height_m = 1.3;  // above the road
  double pitch_deg = 5;   // downwards
  double fov_deg = 62;    // across the picture's width
  double ahead_m = 1.5;   // of the receiver, along the vehicle
  double height_sigma_m = 0.3;
  double pitch_sigma_deg = 3;
  bool measured = false;  // false: all of it is assumed
};

// The camera as somebody measured it, with the doubts of a good measurement: 5 cm and 1 degree.
Camera measured_camera(double height_m, double pitch_deg, double fov_deg);

struct RoadPoint {
  double ahead_m = 0;  // from the receiver
  double right_m = 0;
  double sigma_m = 0;  // of each axis: the worse of along and across
};

inline constexpr double kAheadMostM = 60;

// Where the middle of the box lies on the road. A box at or above the horizon, where a flat road has no place, is put at kAheadMostM
// with half of that as its error.
RoadPoint project(const Camera& camera, domain::SizePx picture, const domain::PixelBox& box);

}  // namespace hazard::report
