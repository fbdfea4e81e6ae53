// Rows of a level road for the painters' tests: each pixel at a chosen place, without a camera.
#pragma once

#include "sim/row.hpp"

namespace hazard::sim {

// `width` pixels from t = left to t = right at one distance, of a neutral grey, in full light.
inline Row level_row(int width, float left, float right, float z) {
  Row row(width);
  row.to = width;
  row.z_near = row.z_far = z;
  row.per_px_t = (right - left) / static_cast<float>(width);
  row.per_px_z = row.per_px_t;
  for (int x = 0; x < width; ++x) {
    const auto i = static_cast<std::size_t>(x);
    row.z[i] = z;
    row.t[i] = left + (static_cast<float>(x) + 0.5F) * row.per_px_t;
    row.r[i] = row.g[i] = row.b[i] = 100;
    row.light[i] = 1;
  }
  return row;
}

inline int changed_pixels(const Row& row) {
  return static_cast<int>(std::ranges::count_if(row.g, [](float g) { return g != 100; }));
}

}  // namespace hazard::sim
