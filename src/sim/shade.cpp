#include "sim/shade.hpp"

#include <cmath>

#include "sim/noise.hpp"

namespace hazard::sim {
namespace {

constexpr double kShadeM = 200;        // shadows further away are thinner than a row
constexpr double kCastsShadeM = 0.9;   // lower plants' shadows stay on the verge
constexpr double kBridgeSlotM = 1400;  // one bridge at most
constexpr double kWireSlotM = 90;      // one wire at most

}  // namespace

std::vector<Bridge> bridges_between(const Scene& scene, double start_m, double from_z, double to_z) {
  std::vector<Bridge> bridges;
  const std::int64_t first = floor_to_int((start_m + from_z) / kBridgeSlotM) - 1;
  const std::int64_t last = floor_to_int((start_m + to_z) / kBridgeSlotM);
  for (std::int64_t slot = first; slot <= last; ++slot) {
    Dice dice(hash(scene.options.seed, 0xB21D, static_cast<std::uint64_t>(slot)));
    if (!dice.chance(0.4)) continue;
    Bridge bridge;
    bridge.z = (static_cast<double>(slot) + dice.unit()) * kBridgeSlotM - start_m;
    bridge.long_m = dice.range(6, 13);
    bridge.clear_m = dice.range(5.1, 6.5);
    bridge.thick_m = dice.range(1, 1.7);
    if (bridge.z + bridge.long_m > from_z && bridge.z < to_z) bridges.push_back(bridge);
  }
  return bridges;
}

Shade::Shade(const Scene& scene, double start_m) : scene_(&scene) {
  const Sun& sun = scene.sun;
  // Under a closed sky there are no shadows with an edge.
  if (sun.shade > 0.9F) return;
  for (const Plant& plant : plants_between(scene, start_m, -12, kShadeM)) {
    if (plant.tall < kCastsShadeM) continue;
    Crown crown;
    const auto high = static_cast<float>(plant.tall * (plant.tree ? 0.62 : 0.5));
    const float away = high / sun.slope;
    crown.t = static_cast<float>(plant.t) - sun.to_t * away;
    crown.z = static_cast<float>(plant.z) - sun.to_z * away;
    crown.across = static_cast<float>(plant.wide);
    crown.along = std::max(crown.across, static_cast<float>(plant.tall) * 0.4F / sun.slope);
    crown.reach_t =
        std::sqrt(crown.along * crown.along * sun.to_t * sun.to_t + crown.across * crown.across * sun.to_z * sun.to_z) * 1.25F;
    crown.reach_z =
        std::sqrt(crown.along * crown.along * sun.to_z * sun.to_z + crown.across * crown.across * sun.to_t * sun.to_t) * 1.25F;
    crown.noise_x = plant.noise_x;
    crown.noise_y = plant.noise_y;
    crowns_.push_back(crown);
  }
  for (const Bridge& bridge : bridges_between(scene, start_m, -30, kShadeM)) {
    const auto half = static_cast<float>(bridge.long_m / 2);
    const float away = static_cast<float>(bridge.clear_m) / sun.slope * sun.to_z;
    bands_.push_back({static_cast<float>(bridge.z) + half - away, half, 0, 0.1F, 1});
  }
  const std::int64_t first = floor_to_int((start_m - 10) / kWireSlotM);
  const std::int64_t last = floor_to_int((start_m + 60) / kWireSlotM);
  for (std::int64_t slot = first; slot <= last; ++slot) {
    Dice dice(hash(scene.options.seed, 0x319E, static_cast<std::uint64_t>(slot)));
    if (!dice.chance(0.35)) continue;
    const auto z = static_cast<float>((static_cast<double>(slot) + dice.unit()) * kWireSlotM - start_m);
    const float skew = dice.rangef(-0.5, 0.5);
    const int wires = 1 + static_cast<int>(dice.unit() * 3);
    for (int i = 0; i < wires; ++i)
      bands_.push_back({z + static_cast<float>(i) * dice.rangef(0.5, 1.1), 0.015F, skew, 0.03F, 0.7F});
  }
}

void Shade::paint(Row& row) const {
  for (const Crown& crown : crowns_) {
    if (row.z_far < crown.z - crown.reach_z || row.z_near > crown.z + crown.reach_z) continue;
    paint_crown(row, crown);
  }
  for (const Band& band : bands_) {
    const float slack = band.half + band.soft + row.per_px_z + std::abs(band.skew) * 12;
    if (row.z_far < band.middle - slack || row.z_near > band.middle + slack) continue;
    paint_band(row, band);
  }
}

void Shade::paint_crown(Row& row, const Crown& crown) const {
  const Sun& sun = scene_->sun;
  const int from = row.pixel_at(crown.t - crown.reach_t);
  const int to = row.pixel_at(crown.t + crown.reach_t);
  const TileLevel leaves = scene_->clouds.level(row.per_px_t * 2, row.per_px_z * 2);
  // The sun is no point: an edge blurs with the crown's height.
  const float soft = 0.22F + row.per_px_z / crown.along;
  for (int x = from; x < to; ++x) {
    const auto i = static_cast<std::size_t>(x);
    const float dt = row.t[i] - crown.t;
    const float dz = row.z[i] - crown.z;
    const float a = (dt * sun.to_t + dz * sun.to_z) / crown.along;
    const float b = (dt * sun.to_z - dz * sun.to_t) / crown.across;
    const float far = a * a + b * b;
    if (far > 1.5F) continue;
    const float leaf = leaves.signed_at(crown.noise_x + 40 + 2.1F * dt, crown.noise_y + 60 + 2.1F * dz);
    const float cover = ramp(-soft, soft, 0.85F - far + 1.5F * leaf);
    row.light[i] = std::min(row.light[i], lerp(1, sun.shade, cover));
  }
}

void Shade::paint_band(Row& row, const Band& band) const {
  const float half_px = std::max(row.per_px_z / 2, band.soft);
  const float dark = 1 - (1 - scene_->sun.shade) * band.depth;
  for (int x = row.from; x < row.to; ++x) {
    const auto i = static_cast<std::size_t>(x);
    const float at = row.z[i] + band.skew * row.t[i];
    const float cover = covered(at, half_px, band.middle - band.half, band.middle + band.half);
    if (cover > 0) row.light[i] = std::min(row.light[i], lerp(1, dark, cover));
  }
}

}  // namespace hazard::sim
