// The sums of one step of picture_motion.cpp's alignment, over all pixels of one size of the picture: the most expensive loop of the
// tracker. One kernel per CPU family and the run-time choice among them. Used by picture_motion.cpp, and by the tests that compare the
// kernels. Pure functions.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "track/grey_pyramid.hpp"
#include "track/road_view.hpp"

namespace hazard::track {

// The normal equations of one Gauss-Newton step in dx, dy, roll and k.
struct AlignmentSums {
  std::array<double, 10> a{};  // the lower triangle, row by row
  std::array<double, 4> b{};
  double absolute = 0;  // sum of the absolute differences on the road, large ones cut
  double pixels = 0;    // pixels of the road that it is the sum of
};

// Where each pixel of `now`, every `stride`-th in both directions, was in `before` if `step` is what happened, what was seen there, and
// how that would change with the step's parameters. Both are of one size; `view` and `step` are in its pixels. `spread`, in levels, is
// how far apart pixels may be before they count for little. Sums are zero where the step is not a number, beyond any
// vehicle's (1e6), or k is negative.
using AlignmentKernel = AlignmentSums (*)(const GreyLevel& before, const GreyLevel& now, int stride, const RoadView& view,
                                          const CameraStep& step, float spread);

struct NamedAlignmentKernel {
  std::string_view name;
  AlignmentKernel sums;
};

// What this CPU can run, slowest first. Their sums differ by rounding alone.
const std::vector<NamedAlignmentKernel>& alignment_kernels();

}  // namespace hazard::track
