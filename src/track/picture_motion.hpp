// The camera's motion from one small grey picture to the next: the turn and the drive under which the road plane of the one picture,
// and what lies far away above it, look like the other. Direct alignment, coarse to fine: Lucas and Kanade's method ("An iterative image
// registration technique with an application to stereo vision", IJCAI 1981; in the terms of Baker and Matthews, "Lucas-Kanade 20 years
// on", IJCV 56, 2004) with the road's motion in the place of a shift, as Stein, Mano and Shashua do for vehicles ("A robust method for
// computing vehicle ego-motion", IEEE Intelligent Vehicles, 2000); robust weights, because trees and cars move otherwise. Used by
// camera_motion.cpp, one for each tracker; keeps the last picture and its scratch memory.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "domain/picture.hpp"
#include "track/grey_pyramid.hpp"
#include "track/road_view.hpp"

namespace hazard::track {

// In the same pixels as the view it comes from. Standard deviations are those of step's fields.
struct UncertainStep {
  CameraStep step;
  double dx_sd = 0;
  double dy_sd = 0;
  double roll_sd = 0;
  double k_sd = 0;
};

// A row at which the horizon might lie, and the mean difference of the two pictures if it does; 0: could not be told.
struct HorizonTry {
  double horizon = 0;
  double difference = 0;
};

class PictureMotion {
 public:
  // The motion from the last picture to `grey`, both of a view `scale` times as large as they are. `expected` is what is known of it
  // beforehand, and `k_per_mps` is what a usual camera at a metre a second would have driven. Nothing when there is no last picture of
  // that size, or too little in them to tell. `horizons` are tried besides. Keeps a copy of `grey`.
  std::optional<UncertainStep> measure(const domain::GreyPicture& grey, const RoadView& view, double scale,
                                       const UncertainStep& expected, double k_per_mps, std::span<HorizonTry> horizons = {});
  void forget() noexcept;
  // The pictures of the last measure() differ no more than two of one drive usually do, once the motion is taken off. False before
  // there is anything to compare with.
  bool alike() const noexcept { return alike_; }

  // The last picture, for saving. Empty: none.
  const domain::GreyPicture& last() const noexcept { return last_; }
  void restore(const domain::GreyPicture& last);

 private:
  struct Prior;
  struct Fit;

  void note_difference(double difference) noexcept;
  void refine(std::size_t level, int stride, int rounds, const Prior& prior, Fit& fit) const noexcept;
  static double badness(const Fit& fit, const Prior& prior) noexcept;
  double difference_under(double horizon, const Prior& prior, const Fit& fit) const noexcept;
  Fit align(const Prior& prior) const noexcept;

  domain::GreyPicture last_;
  domain::SizePx size_;
  double usual_difference_ = 0;  // of two pictures, in levels; 0: not known
  bool alike_ = false;
  GreyPyramid before_;
  GreyPyramid now_;
  std::vector<float> scratch_;
};

}  // namespace hazard::track
