#include "sim/decals.hpp"

#include <cmath>

#include "sim/noise.hpp"

namespace hazard::sim {
namespace {

constexpr double kDecalsM = 140;
constexpr double kLongestM = 12;

}  // namespace

Decals::Decals(const Scene& scene, double start_m) {
  // Slot lengths without a common multiple, so that no rhythm shows. Covers and sealed work come on top.
  add(scene, start_m, Kind::stain, 5.3, 0.5);
  add(scene, start_m, Kind::patch, 17, 0.4);
  add(scene, start_m, Kind::skid, 71, 0.3);
  add(scene, start_m, Kind::joint, 37, 0.4);
  add(scene, start_m, Kind::manhole, 53, 0.22);
}

void Decals::add(const Scene& scene, double start_m, Kind kind, double slot_m, double share) {
  const std::uint64_t seed = hash(scene.options.seed, 0xDECA, static_cast<std::uint64_t>(kind));
  // Neglected and well-kept stretches take turns.
  const std::int64_t first = floor_to_int((start_m - kLongestM) / slot_m);
  const std::int64_t last = floor_to_int((start_m + kDecalsM) / slot_m);
  for (std::int64_t slot = first; slot <= last; ++slot) {
    Dice dice(hash(seed, static_cast<std::uint64_t>(slot)));
    const double place = static_cast<double>(slot) * slot_m;
    if (!dice.chance(share * 2 * value_noise(seed + 1, place / 230))) continue;
    Decal decal = make(scene, kind, dice.bits());
    decal.z = static_cast<float>(place + dice.unit() * slot_m - start_m);
    decals_.push_back(decal);
  }
}

Decals::Decal Decals::make(const Scene& scene, Kind kind, std::uint64_t seed) {
  Dice dice(seed);
  Decal decal;
  decal.kind = kind;
  decal.noise_x = dice.rangef(20, 60);
  decal.noise_y = dice.rangef(20, 60);
  const bool own_lane = dice.chance(0.65);
  const float lane = own_lane ? 0 : -3.5F;
  switch (kind) {
    case Kind::patch:
      decal.half_z = dice.chance(0.3) ? dice.rangef(2, 6) : dice.rangef(0.35, 1.6);
      decal.half_t = dice.chance(0.3) ? dice.rangef(1.2, 1.75) : dice.rangef(0.3, 0.9);
      decal.t = lane + dice.rangef(-1, 1) * std::max(0.0F, 1.7F - decal.half_t);
      decal.tone = dice.chance(0.75) ? dice.rangef(0.62, 0.9) : dice.rangef(1.06, 1.22);
      decal.seam = dice.rangef(0, 0.5);
      break;
    case Kind::joint:
      decal.half_z = dice.rangef(0.015, 0.05);
      decal.t = (scene.road.asphalt_left + scene.road.asphalt_right) / 2;
      decal.half_t = (scene.road.asphalt_right - scene.road.asphalt_left) / 2 - 0.1F;
      decal.tone = dice.rangef(0.42, 0.72);
      break;
    case Kind::manhole:
      decal.half_z = decal.half_t = dice.rangef(0.27, 0.38);
      decal.t = lane + dice.rangef(-1.2, 1.2);
      decal.tone = dice.rangef(0.66, 1.02);
      break;
    case Kind::stain:
      decal.half_z = dice.rangef(0.3, 3);
      decal.half_t = dice.rangef(0.15, 0.7);
      decal.t = lane + dice.rangef(-1.6, 1.6);
      decal.tone = dice.chance(0.8) ? dice.rangef(0.74, 0.93) : dice.rangef(1.06, 1.16);
      break;
    case Kind::skid:
      decal.half_z = dice.rangef(2.5, 6);
      decal.half_t = dice.rangef(0.86, 0.92);
      decal.t = lane + dice.rangef(-0.4, 0.4);
      decal.tone = dice.rangef(0.66, 0.85);
      break;
  }
  return decal;
}

void Decals::paint(const Scene& scene, double start_m, Row& row) const {
  for (const Decal& decal : decals_) {
    const float slack = row.per_px_z + 0.05F;
    if (row.z_far + slack < decal.z - decal.half_z || row.z_near - slack > decal.z + decal.half_z) continue;
    const float reach = decal.half_t + 0.15F + row.per_px_t;
    const int from = row.pixel_at(decal.t - reach);
    const int to = row.pixel_at(decal.t + reach);
    switch (decal.kind) {
      case Kind::patch: paint_patch(scene, start_m, row, decal, from, to); break;
      case Kind::joint: paint_joint(row, decal); break;
      case Kind::manhole: paint_manhole(row, decal, from, to); break;
      case Kind::stain: paint_stain(scene, row, decal, from, to); break;
      case Kind::skid: paint_skid(scene, row, decal, from, to); break;
    }
  }
}

void Decals::paint_patch(const Scene& scene, double start_m, Row& row, const Decal& decal, int from, int to) {
  const TileLevel wobble = scene.clouds.level(row.per_px_t, row.per_px_z);
  const TileLevel stones = scene.grain.level(row.per_px_t, row.per_px_z);
  const auto origin = static_cast<float>(wrap(start_m, scene.grain.side_m()));
  const float soft_t = std::max(0.012F, row.per_px_t / 2);
  const float soft_z = std::max(0.012F, row.per_px_z / 2);
  const Colour fresh = scene.palette.asphalt * decal.tone;
  for (int x = from; x < to; ++x) {
    const auto i = static_cast<std::size_t>(x);
    const float shift = 0.03F * wobble.signed_at(decal.noise_x + 10 + 1.7F * (row.t[i] - decal.t),
                                                 decal.noise_y + 20 + 1.7F * (row.z[i] - decal.z));
    const float t = row.t[i] - decal.t + shift;
    const float z = row.z[i] - decal.z + shift;
    const float inside = covered(t, soft_t, -decal.half_t, decal.half_t) * covered(z, soft_z, -decal.half_z, decal.half_z);
    if (inside <= 0) continue;
    const float stone = stones.signed_at(row.t[i] + TileOrigin::kT + 1.1F, origin + row.z[i] + 0.7F);
    const float deep = std::min(decal.half_t - std::abs(t),
                                (decal.half_z - std::abs(z)) * row.per_px_t / std::max(row.per_px_t, 0.3F * row.per_px_z));
    const float level = 1 + 3 * shift - decal.seam * ramp(0.05F, 0.01F, deep);
    const float rough = 26 * scene.palette.grain * stone;
    row.mix_in(x, fresh * level + Colour{rough, rough, rough}, 0.82F * inside);
  }
}

void Decals::paint_joint(Row& row, const Decal& decal) {
  const float half = std::max(0.005F, row.per_px_z / 2);
  const int from = row.pixel_at(decal.t - decal.half_t);
  const int to = row.pixel_at(decal.t + decal.half_t);
  for (int x = from; x < to; ++x) {
    const float cover = covered(row.z[static_cast<std::size_t>(x)], half, decal.z - decal.half_z, decal.z + decal.half_z);
    if (cover > 0) row.scale(x, 1 - (1 - decal.tone) * cover);
  }
}

void Decals::paint_manhole(Row& row, const Decal& decal, int from, int to) {
  const float soft = std::max(row.per_px_t, row.per_px_z) / decal.half_t + 0.02F;
  for (int x = from; x < to; ++x) {
    const auto i = static_cast<std::size_t>(x);
    const float t = (row.t[i] - decal.t) / decal.half_t;
    const float z = (row.z[i] - decal.z) / decal.half_z;
    const float r = std::sqrt(t * t + z * z);
    const float inside = clamp01((1 - r) / soft + 0.5F);
    if (inside <= 0) continue;
    // A cast-iron lid: a ring, a groove, a chequered face.
    const bool groove = r > 0.80F && r < 0.86F;
    const int checker = static_cast<int>((t + 4) * 5) + static_cast<int>((z + 4) * 5);
    const float face = r > 0.86F ? 1.08F : groove ? 0.55F : (checker & 1) != 0 ? 0.94F : 1.06F;
    const float plain = clamp01(soft * 4);  // from afar the pattern runs together
    row.mix_in(x, Colour{104, 100, 97} * (decal.tone * lerp(face, 0.97F, plain)), 0.9F * inside);
  }
}

void Decals::paint_stain(const Scene& scene, Row& row, const Decal& decal, int from, int to) {
  const TileLevel cloud = scene.clouds.level(row.per_px_t * 2, row.per_px_z);
  for (int x = from; x < to; ++x) {
    const auto i = static_cast<std::size_t>(x);
    const float t = (row.t[i] - decal.t) / decal.half_t;
    const float z = (row.z[i] - decal.z) / decal.half_z;
    const float far = t * t + z * z;
    if (far > 1) continue;
    const float noise =
        cloud.signed_at(decal.noise_x + 10 + 2 * (row.t[i] - decal.t), decal.noise_y + 20 + 0.8F * (row.z[i] - decal.z));
    row.scale(x, 1 + (decal.tone - 1) * ramp(0, 0.6F, (1 - far) * (0.35F + 1.6F * noise)));
  }
}

void Decals::paint_skid(const Scene& scene, Row& row, const Decal& decal, int from, int to) {
  const TileLevel cloud = scene.clouds.level(row.per_px_t * 2, row.per_px_z);
  for (int x = from; x < to; ++x) {
    const auto i = static_cast<std::size_t>(x);
    const float z = (row.z[i] - decal.z) / decal.half_z;
    // Two tyres, a car's width apart.
    const float track = std::abs(std::abs(row.t[i] - decal.t) - 0.75F);
    if (track > 0.12F || z * z > 1) continue;
    const float noise =
        cloud.signed_at(decal.noise_x + 10 + 6 * (row.t[i] - decal.t), decal.noise_y + 20 + 0.3F * (row.z[i] - decal.z));
    const float worn = ramp(0.12F, 0.05F, track) * ramp(1, 0.5F, std::abs(z)) * clamp01(0.6F + noise);
    row.scale(x, 1 - (1 - decal.tone) * worn);
  }
}

}  // namespace hazard::sim
