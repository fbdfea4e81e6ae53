#include "sim/scene.hpp"

#include <algorithm>
#include <cmath>

#include "sim/noise.hpp"

namespace hazard::sim {
namespace {

constexpr float kLaneHalf = 1.75F;

CrossSection make_cross_section(std::uint64_t seed) {
  Dice dice(hash(seed, 0xC205));
  CrossSection road;
  road.lane_right = kLaneHalf;
  road.lane_left = -3 * kLaneHalf;
  road.asphalt_right = kLaneHalf + (dice.chance(0.3) ? dice.rangef(0.35, 0.8) : dice.rangef(1.2, 2.8));
  road.asphalt_left = road.lane_left - (dice.chance(0.4) ? dice.rangef(0.35, 0.8) : dice.rangef(1.0, 2.4));
  road.soil_m = dice.rangef(0.2, 1.8);
  const float wear = dice.rangef(0.1, 0.75);
  const float bright = dice.rangef(0.9, 1.06);
  const Colour white = Colour{208, 208, dice.rangef(196, 208)} * bright;
  const Colour yellow = Colour{214, dice.rangef(146, 166), dice.rangef(48, 84)} * bright;
  const bool yellow_middle = dice.chance(0.55);
  const Colour middle = yellow_middle ? yellow : white;
  const float half = dice.rangef(0.05, 0.08);
  road.lines.push_back({kLaneHalf + 0.06F, half, 0, 12, wear, white});
  road.lines.push_back({road.lane_left - 0.06F, half, 0, 12, wear, white});
  const double style = dice.unit();
  const float dash = dice.rangef(3, 4.5);
  const float period = dice.chance(0.5) ? 12.0F : 16.0F;
  if (style < 0.55) {
    road.lines.push_back({-kLaneHalf, half, dash, period, wear, middle});
  } else if (style < 0.8) {
    road.lines.push_back({-kLaneHalf - 0.12F, half, 0, period, wear, middle});
    road.lines.push_back({-kLaneHalf + 0.12F, half, 0, period, wear, middle});
  } else {
    road.lines.push_back({-kLaneHalf - 0.12F, half, 0, period, wear, middle});
    road.lines.push_back({-kLaneHalf + 0.12F, half, dash, period, wear, middle});
  }
  return road;
}

Palette make_palette(std::uint64_t seed) {
  Dice dice(hash(seed, 0xC01A));
  Palette palette;
  const float tone = dice.rangef(86, 148);
  const float warmth = dice.rangef(-0.035, 0.06);
  palette.asphalt = {tone * (1 + warmth), tone, tone * (1.01F - warmth)};
  const float shoulder = tone * dice.rangef(0.78, 1.06);
  palette.shoulder = {shoulder * 1.02F, shoulder, shoulder * 0.97F};
  const float red = dice.rangef(0, 1);
  palette.soil = blend({138, 122, 100}, {158, 104, 78}, red);
  palette.dust = blend({140, 130, 116}, {160, 120, 96}, red);
  const float dry = dice.rangef(0, 1);
  palette.grass = blend({70, 98, 40}, {104, 112, 58}, dry);
  palette.dry_grass = blend({120, 132, 70}, {168, 156, 104}, dry);
  palette.grain = dice.rangef(0.8, 1.35);
  palette.streaks = dice.rangef(0.5, 1.3);
  palette.dustiness = dice.rangef(0, 0.5);
  palette.cloudiness = dice.rangef(0.1, 1);
  const float grey = palette.cloudiness;
  palette.sky_top = blend({84, 132, 198}, {168, 176, 186}, grey * grey);
  palette.sky_low = blend({196, 214, 230}, {206, 210, 214}, grey);
  palette.cloud = blend({244, 245, 246}, {214, 217, 221}, grey);
  palette.haze = blend(palette.sky_low, {190, 198, 206}, 0.5F);
  return palette;
}

Sun make_sun(std::uint64_t seed, float cloudiness) {
  Dice dice(hash(seed, 0x50));
  Sun sun;
  const double azimuth = dice.range(0, 2 * kPi);
  sun.to_t = static_cast<float>(sine(azimuth));
  sun.to_z = static_cast<float>(cosine(azimuth));
  sun.slope = dice.rangef(0.45, 1.8);
  sun.shade = lerp(0.5F, 0.95F, cloudiness * cloudiness);
  return sun;
}

// Wheels polish two tracks into each lane and drip oil between them; the shoulder is little used.
std::vector<float> make_lane_tone(std::uint64_t seed, const CrossSection& road, const Palette& palette) {
  Dice dice(hash(seed, 0x70E));
  const float track = dice.rangef(-0.13, 0.07);
  const float middle = dice.rangef(-0.05, 0.08);
  const float spread = dice.rangef(0.28, 0.42);
  const auto count = static_cast<std::size_t>((road.asphalt_right - road.asphalt_left) / Scene::kToneStep) + 2;
  std::vector<float> tone(count);
  for (std::size_t i = 0; i < count; ++i) {
    const float t = road.asphalt_left + static_cast<float>(i) * Scene::kToneStep;
    float sum = 0.05F * static_cast<float>(value_noise(hash(seed, 0x70F), t * 3.1 + 50) - 0.5);
    for (const float lane : {0.0F, -2 * kLaneHalf}) {
      for (const float wheel : {-0.82F, 0.82F}) {
        const float away = std::abs(t - lane - wheel) / spread;
        if (away < 2) sum += palette.streaks * track * (1 - ramp(0, 2, away));
      }
      const float away = std::abs(t - lane) / 0.45F;
      if (away < 1) sum += palette.streaks * middle * (1 - ramp(0, 1, away));
    }
    tone[i] = sum;
  }
  return tone;
}

}  // namespace

Scene::Scene(const DriveOptions& drive_options)
    : options(drive_options),
      track(drive_options.seed, drive_options.latitude, drive_options.longitude),
      road(make_cross_section(drive_options.seed)),
      palette(make_palette(drive_options.seed)),
      sun(make_sun(drive_options.seed, palette.cloudiness)),
      hazards(drive_options.seed, drive_options.hazards_per_km, road.asphalt_left, road.asphalt_right),
      // 5 mm a texel: the size of the stones.
      grain(make_grain_tile(hash(drive_options.seed, 0x6A), 9, 2.56)),
      tone(make_tone_tile(hash(drive_options.seed, 0x70), 9, 19.2)),
      clouds(make_cloud_tile(hash(drive_options.seed, 0xC1), 9, 19.2, 8, 6, 0.62)),
      lane_tone(make_lane_tone(drive_options.seed, road, palette)) {}

}  // namespace hazard::sim
