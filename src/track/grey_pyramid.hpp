// A small grey picture at several sizes, each half the one before, less the mean of every pixel's neighbourhood: what is left stays the
// same when light and exposure change. Used by picture_motion.cpp; plain data and a function.
#pragma once

#include <array>
#include <vector>

#include "domain/picture.hpp"

namespace hazard::track {

inline constexpr std::size_t kGreyLevels = 3;
// The neighbourhood reaches so many pixels to each side. Nearer to the border than that it is one-sided.
inline constexpr int kMeanRadius = 3;

struct GreyLevel {
  domain::SizePx size;
  std::vector<float> pixels;  // rows packed
};

using GreyPyramid = std::array<GreyLevel, kGreyLevels>;

// `grey` has at least 2^(kGreyLevels - 1) pixels a side. Memory of `into` and `scratch` is used again.
void build_pyramid(const domain::GreyPicture& grey, GreyPyramid& into, std::vector<float>& scratch);

}  // namespace hazard::track
