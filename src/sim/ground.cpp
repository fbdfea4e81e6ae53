#include "sim/ground.hpp"

#include <cmath>

namespace hazard::sim {
namespace {

// A texture with its place on the road. `stretch` > 1 draws it out along the road.
struct Layer {
  TileLevel level;
  float origin_z = 0;
  float scale_t = 1;
  float scale_z = 1;

  Layer(const Tile& tile, double start_m, float footprint_t, float footprint_z, float size_t_, float size_z)
      : level(tile.level(footprint_t / size_t_, footprint_z / size_z)),
        origin_z(static_cast<float>(wrap(start_m / size_z, tile.side_m()))),
        scale_t(1 / size_t_),
        scale_z(1 / size_z) {}

  // -1..1
  float at(float t, float z) const noexcept { return level.signed_at((t + TileOrigin::kT) * scale_t, origin_z + z * scale_z); }
};

void paint_asphalt(const Scene& scene, double start_m, Row& row, int from, int to) {
  const float fine_t = row.per_px_t;
  const float fine_z = row.per_px_z;
  const Layer sharp(scene.grain, start_m, fine_t, fine_z, 1, 1);
  const Layer soft(scene.grain, start_m, fine_t * 2, fine_z * 2, 1, 1);
  const Layer tones(scene.tone, start_m, fine_t, fine_z, 0.73F, 3.7F);
  const float soften = scene.grain.fraction(fine_z);
  const Palette& palette = scene.palette;
  const float grain = 74 * palette.grain;
  const float uneven = 0.11F + 0.11F * palette.streaks;
  const float lane_left = scene.road.lane_left - 0.1F;
  const float lane_right = scene.road.lane_right + 0.1F;
  const float tone_scale = 1 / Scene::kToneStep;
  const int tone_last = static_cast<int>(scene.lane_tone.size()) - 2;
  for (int x = from; x < to; ++x) {
    const auto i = static_cast<std::size_t>(x);
    const float z = row.z[i];
    const float t = row.t[i];
    const float stones = lerp(sharp.at(t, z), soft.at(t, z), soften);
    const float tone = tones.at(t, z);
    const float place = (t - scene.road.asphalt_left) * tone_scale;
    const int knot = std::clamp(static_cast<int>(place), 0, tone_last);
    const auto k = static_cast<std::size_t>(knot);
    const float lateral = lerp(scene.lane_tone[k], scene.lane_tone[k + 1], clamp01(place - static_cast<float>(knot)));
    const bool shoulder = t < lane_left || t > lane_right;
    const Colour base = shoulder ? palette.shoulder : palette.asphalt;
    const float level = 1 + lateral + uneven * tone;
    const float rough = (shoulder ? 1.3F * grain : grain) * stones;
    // Dust gathers where no wheels run: the shoulder and towards it.
    const float dust = palette.dustiness * clamp01(0.7F * tone + (shoulder ? 0.45F : 0.12F));
    row.r[i] = lerp(base.r * level + rough, palette.dust.r, dust);
    row.g[i] = lerp(base.g * level + rough, palette.dust.g, dust);
    row.b[i] = lerp(base.b * level + rough * 0.95F, palette.dust.b, dust);
  }
}

// `side` -1 or 1; the border between asphalt, soil and grass is ragged.
void paint_verge(const Scene& scene, double start_m, Row& row, int from, int to, float edge, float side) {
  const Layer leaves(scene.grain, start_m, row.per_px_t, row.per_px_z, 2.3F, 3.7F);
  const Layer tufts(scene.clouds, start_m, row.per_px_t, row.per_px_z, 0.5F, 0.8F);
  const Layer fields(scene.clouds, start_m, row.per_px_t, row.per_px_z, 3.3F, 5.3F);
  const Palette& palette = scene.palette;
  const float soft = 0.04F + row.per_px_t;
  for (int x = from; x < to; ++x) {
    const auto i = static_cast<std::size_t>(x);
    const float z = row.z[i];
    const float t = row.t[i];
    const float leaf = leaves.at(t, z);
    const float tuft = tufts.at(t, z);
    const float field = fields.at(t, z);
    const float out = (t - edge) * side + 0.22F * tuft + 0.1F * field;
    const float on_soil = clamp01(out / soft + 0.5F);
    if (on_soil <= 0) continue;
    const float grown = ramp(0.1F, 0.5F, (out - scene.road.soil_m) * 0.8F + 0.5F * tuft + 0.4F * field);
    const Colour soil = palette.soil * (1 + 0.16F * tuft + 0.1F * field);
    const Colour grass =
        blend(palette.grass, palette.dry_grass, clamp01(0.45F + 0.6F * field + 0.35F * tuft)) * (1 + 0.3F * tuft);
    const Colour colour = blend(soil, grass, grown);
    const float rough = (30 + 40 * grown) * leaf;
    row.mix_in(x, {colour.r + rough, colour.g + rough, colour.b + rough * 0.7F}, on_soil);
  }
}

// How much of a pixel from z - half to z + half a dashed line paints.
float dashed(const LaneLine& line, float phase_z, float half) noexcept {
  if (line.dash_m <= 0) return 1;
  const float place = phase_z / line.period_m;
  const float within = (place - static_cast<float>(static_cast<int>(place))) * line.period_m;
  return std::min(1.0F,
                  covered(within, half, 0, line.dash_m) + covered(within, half, line.period_m, line.period_m + line.dash_m));
}

void paint_line(const Scene& scene, double start_m, Row& row, const LaneLine& line) {
  const int from = std::max(row.from, row.pixel_at(line.t - line.half_m - 0.03F - row.per_px_t) - 1);
  const int to = std::min(row.to, row.pixel_at(line.t + line.half_m + 0.03F + row.per_px_t) + 1);
  if (from >= to) return;
  const Layer stones(scene.grain, start_m, row.per_px_t, row.per_px_z, 1, 1);
  const Layer flakes(scene.clouds, start_m, row.per_px_t, row.per_px_z, 0.22F, 0.3F);
  const Layer patches(scene.clouds, start_m, row.per_px_t, row.per_px_z, 1.3F, 3.7F);
  const auto phase = static_cast<float>(wrap(start_m, line.period_m));
  const float half_z = std::max(0.02F, row.per_px_z / 2);
  const float half_t = std::max(0.006F, row.per_px_t / 2);
  for (int x = from; x < to; ++x) {
    const auto i = static_cast<std::size_t>(x);
    const float z = row.z[i];
    const float t = row.t[i];
    const float across = covered(t, half_t, line.t - line.half_m, line.t + line.half_m);
    if (across <= 0) continue;
    const float along = dashed(line, phase + z, half_z);
    if (along <= 0) continue;
    const float flake = flakes.at(t, z);
    const float stone = stones.at(t, z);
    const float worn = ramp(0.25F, 0.9F, line.wear * 0.85F + 0.55F * flake + 0.45F * patches.at(t, z) + 0.5F * stone);
    const float dirt = 1 - 0.12F * line.wear - 0.05F * flake;
    row.mix_in(x, line.paint * dirt + Colour{20, 20, 20} * stone, across * along * (0.96F - 0.86F * worn));
  }
}

}  // namespace

void paint_ground(const Scene& scene, double start_m, Row& row) {
  // The ragged border reaches this far to either side of the asphalt's edge.
  const float ragged = 0.5F + row.per_px_t;
  const int left = row.pixel_at(scene.road.asphalt_left - ragged);
  const int right = row.pixel_at(scene.road.asphalt_right + ragged);
  paint_asphalt(scene, start_m, row, left, right);
  for (const LaneLine& line : scene.road.lines) paint_line(scene, start_m, row, line);
  paint_verge(scene, start_m, row, row.from, row.pixel_at(scene.road.asphalt_left + ragged), scene.road.asphalt_left, -1);
  paint_verge(scene, start_m, row, row.pixel_at(scene.road.asphalt_right - ragged), row.to, scene.road.asphalt_right, 1);
}

}  // namespace hazard::sim
