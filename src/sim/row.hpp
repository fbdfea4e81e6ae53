// One picture row while it is being painted. Each painter (ground, decals, hazards, light) takes the row in turn and changes
// its colours; nothing outlives the frame.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "sim/scene.hpp"

namespace hazard::sim {

// Phases of the repeating textures at the camera, so that coordinates stay small however far the drive has come.
struct TileOrigin {
  float z = 0;                       // add to a distance ahead
  static constexpr float kT = 1024;  // add to t, which then is not negative
};

struct Row {
  explicit Row(int width)
      : z(static_cast<std::size_t>(width)), t(z.size()), r(z.size()), g(z.size()), b(z.size()), light(z.size()) {}

  int y = 0;
  int from = 0;  // pixels [from, to) see road or verge
  int to = 0;
  float z_near = 0;  // the least and greatest distance in the row
  float z_far = 0;
  float per_px_t = 0;  // metres that a pixel covers, across and along
  float per_px_z = 0;
  std::vector<float> z, t;  // where each pixel's centre meets the ground
  std::vector<float> r, g, b;
  std::vector<float> light;  // sunlight that reaches it: Sun::shade..1

  // The first pixel in [from, to) that lies at or right of t.
  int pixel_at(float at_t) const noexcept {
    return static_cast<int>(std::lower_bound(t.begin() + from, t.begin() + to, at_t) - t.begin());
  }
  void mix_in(int x, Colour colour, float weight) noexcept {
    const auto i = static_cast<std::size_t>(x);
    r[i] += (colour.r - r[i]) * weight;
    g[i] += (colour.g - g[i]) * weight;
    b[i] += (colour.b - b[i]) * weight;
  }
  void scale(int x, float factor) noexcept {
    const auto i = static_cast<std::size_t>(x);
    r[i] *= factor;
    g[i] *= factor;
    b[i] *= factor;
  }
};

// The share of [at - half, at + half] that lies inside [low, high]: exact coverage of a stripe by a pixel's footprint.
constexpr float covered(float at, float half, float low, float high) noexcept {
  const float part = std::min(at + half, high) - std::max(at - half, low);
  return part <= 0 ? 0.0F : std::min(1.0F, part / (2 * half));
}

}  // namespace hazard::sim
