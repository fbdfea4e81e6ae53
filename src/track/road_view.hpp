// How places on a flat road move through the picture when the camera drives on and shakes. Used by camera_motion.cpp and tracker.cpp;
// plain functions on plain data.
//
// Seen by a pinhole camera of focal length f (pixels) at height h above the road, a place of the road that lies w rows below the horizon
// is f h / w away. After driving d metres it is d nearer: 1/w' = 1/w - k with k = d / (f h), and its distance from the focus of
// expansion's column grows by the same factor w'/w. Neither f nor h nor the speed need be known, only k: time to contact, in rows
// (Lee, "A theory of visual control of braking based on information about time-to-collision", Perception 5, 1976; for the road plane:
// Stein, Mano and Shashua, "A robust method for computing vehicle ego-motion", IEEE Intelligent Vehicles, 2000).
#pragma once

#include <optional>

#include "domain/geometry.hpp"

namespace hazard::track {

// Where the camera looks. Pixels of the picture as sent.
struct RoadView {
  double horizon = 0;   // row at which the road would end; may lie outside the picture
  double focus = 0;     // column that the camera drives towards
  double middle_x = 0;  // the camera's axis: it rolls about it
  double middle_y = 0;
};

// From one frame to the next.
struct CameraStep {
  double k = 0;   // driven, as above: 1 / pixels
  double dx = 0;  // the whole picture moved right, down by so many pixels (the camera turned)
  double dy = 0;
  double roll = 0;  // and turned clockwise about its middle by so many radians
};

struct PicturePoint {
  double x = 0;
  double y = 0;
};

// Where a place of the road seen at `from` gets to. What would come nearer than a twentieth of its distance, and so has long left the
// picture, is taken to stop there; above the horizon only the camera's turning moves it.
PicturePoint moved(const PicturePoint& from, const RoadView& view, const CameraStep& step) noexcept;

// By how much the distances between places of the road in row y grow; 1 at the horizon and above.
double growth_at(double y, const RoadView& view, const CameraStep& step) noexcept;

// Rows below the horizon; at least `least`.
double rows_below(double y, const RoadView& view, double least = 1) noexcept;

}  // namespace hazard::track
