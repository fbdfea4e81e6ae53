#include "sim/pothole.hpp"

#include <cmath>

namespace hazard::sim {
namespace {

constexpr float kRimEnd = 0.07F;  // the crumbled rim ends here, in shares of the radius
constexpr float kReach = 1.65F;   // nothing of a pothole lies further out
constexpr int kDirections = 64;

}  // namespace

PotholeMark::PotholeMark(const Scene& scene, const View& view, const Hazard& hazard)
    : scene_(&scene),
      view_(&view),
      shape_(hazard.pothole),
      strength_(hazard.strength),
      t_(hazard.t),
      z_(hazard.s - view.start_m()),
      noise_(scene.clouds.finest()),
      stones_(scene.grain.finest()),
      // The outline's larger bulges are about as wide as the hole's radius.
      frequency_(1.7F / std::max(shape_.radius_t, 0.2F)) {}

float PotholeMark::rim(float t, float z) const noexcept {
  const float a = t / shape_.radius_t;
  const float b = z / shape_.radius_z;
  const float noise = noise_.signed_at(shape_.noise_x + 6 + frequency_ * t, shape_.noise_y + 6 + frequency_ * z);
  return std::sqrt(a * a + b * b) - 1 + shape_.roughness * noise;
}

float PotholeMark::depth(float rim_distance) const noexcept {
  return shape_.depth_m * ramp(0.03F, -0.03F - shape_.wall, rim_distance);
}

Outline PotholeMark::outline(domain::SizePx size) const {
  Outline outline;
  Point first;
  Point before;
  for (int i = 0; i <= kDirections; ++i) {
    const double angle = 2 * kPi * (i % kDirections) / kDirections;
    const float dt = static_cast<float>(sine(angle)) * shape_.radius_t;
    const float dz = static_cast<float>(cosine(angle)) * shape_.radius_z;
    float r = kReach;
    while (r > 0.1F && rim(dt * r, dz * r) > kRimEnd) r -= 0.02F;
    Point here;
    const double z = std::max(View::kNearest, z_ + static_cast<double>(dz * r));
    if (!view_->project(z, t_ + static_cast<double>(dt * r), 0, here)) continue;
    outline.whole.add(here);
    if (i > 0) {
      add_clipped(outline.visible, before, here, size);
      // Twice the area by the shoelace formula.
      outline.ink_px += (before.x - first.x) * (here.y - first.y) - (here.x - first.x) * (before.y - first.y);
    } else {
      first = here;
    }
    before = here;
  }
  outline.ink_px = std::abs(outline.ink_px) / 2;
  return outline;
}

void PotholeMark::paint(Row& row) const {
  const auto middle = static_cast<float>(z_);
  const float reach_z = kReach * shape_.radius_z;
  if (row.z_far + row.per_px_z < middle - reach_z || row.z_near - row.per_px_z > middle + reach_z) return;
  const auto side = static_cast<float>(t_);
  const int from = row.pixel_at(side - kReach * shape_.radius_t);
  const int to = row.pixel_at(side + kReach * shape_.radius_t);
  const float soften = std::max(0.02F, std::max(row.per_px_t / shape_.radius_t, row.per_px_z / shape_.radius_z) / 2);
  for (int x = from; x < to; ++x) paint_pixel(row, x, soften);
}

void PotholeMark::paint_pixel(Row& row, int x, float soften) const noexcept {
  const auto i = static_cast<std::size_t>(x);
  const float t0 = row.t[i] - static_cast<float>(t_);
  const float z0 = row.z[i] - static_cast<float>(z_);
  if (std::abs(z0) > kReach * shape_.radius_z) return;
  const float edge = rim(t0, z0);
  const float weight = clamp01(0.5F + (kRimEnd - soften / 2 - edge) / soften);
  if (weight <= 0) return;
  // Below the surface the ray runs on: so much further for each metre of depth.
  const auto height = static_cast<float>(view_->height_m());
  const float run_t = row.t[i] / height;
  const float run_z = row.z[i] / height;
  float t = t0;
  float z = z0;
  float down = 0;
  float inside = edge;
  for (int step = 0; step < 3; ++step) {
    down = (down + depth(inside)) / 2 + (step == 0 ? depth(inside) / 2 : 0);
    t = t0 + run_t * down;
    z = z0 + run_z * down;
    inside = rim(t, z);
  }
  down = depth(inside);
  const Sun& sun = scene_->sun;
  // The rim's shadow: is there ground above the line to the sun, a depth's length away?
  const float away = down / sun.slope * 0.6F;
  const float toward = depth(rim(t + sun.to_t * away, z + sun.to_z * away));
  const float shadow = ramp(0, 0.5F * shape_.depth_m, down - away * sun.slope - toward);
  const float slope =
      (depth(rim(t - sun.to_t * 0.02F, z - sun.to_z * 0.02F)) - depth(rim(t + sun.to_t * 0.02F, z + sun.to_z * 0.02F))) * 25;
  const float sunlit = clamp01(1 - shadow) * (1 - sun.shade);
  const float lit = sun.shade + sunlit * (1 - 0.35F * slope);
  const float share = down / shape_.depth_m;
  const float stone = stones_.signed_at(8 + t * 0.45F, 8 + z * 0.45F);
  const float lump = noise_.signed_at(shape_.noise_y + 6 + 5 * t, shape_.noise_x + 6 + 5 * z);
  const float dark = 1 - strength_ * (0.46F + 0.18F * lump) * share - 0.2F * ramp(0.02F, 0.1F, -inside) * (1 - share);
  const Colour floor = blend(scene_->palette.asphalt, scene_->palette.dust, shape_.dirt);
  Colour colour = floor * ((dark + 0.42F * stone * (0.4F + share)) * lit / std::max(0.3F, row.light[i]));
  if (shape_.water && inside < -0.3F) {
    const Colour sky = blend(scene_->palette.sky_low, floor * 0.6F, 0.45F);
    colour = blend(colour, sky * 0.8F, 0.8F * ramp(-0.3F, -0.36F, inside + 0.12F * lump));
  }
  const float chipped = ramp(kRimEnd, 0.02F, inside) * ramp(-0.1F, 0, inside);
  colour = colour * (1 + 0.07F * chipped * (1 + 3 * stone));
  row.mix_in(x, colour, weight);
}

}  // namespace hazard::sim
