#include "sim/backdrop.hpp"

#include <algorithm>
#include <cmath>

#include "sim/noise.hpp"

namespace hazard::sim {
namespace {

constexpr double kSlotM = 5;          // one plant at most on each side
constexpr double kFarthestPlant = 320;

}  // namespace

Backdrop::Backdrop(const Scene& scene, const View& view) : scene_(&scene), view_(&view) {
  const int width = scene.options.size.width;
  const std::uint64_t seed = hash(scene.options.seed, 0xF0);
  woods_.resize(static_cast<std::size_t>(width));
  for (int x = 0; x < width; ++x) {
    const double azimuth = view.heading() + (x + 0.5 - width / 2.0) / view.focal_px();
    const double hills = value_noise(seed, azimuth * 4 + 100) * 0.035 + value_noise(seed + 1, azimuth * 13 + 100) * 0.014;
    const double tops = value_noise(seed + 2, azimuth * 90 + 1000) * 0.005 + value_noise(seed + 3, azimuth * 260 + 3000) * 0.003;
    woods_[static_cast<std::size_t>(x)] = static_cast<float>((0.004 + hills + tops) * view.focal_px());
  }
  plant_side(-1);
  plant_side(1);
  std::ranges::sort(plants_, [](const Plant& a, const Plant& b) { return a.z != b.z ? a.z > b.z : a.noise_x < b.noise_x; });
}

void Backdrop::plant_side(double side) {
  const Scene& scene = *scene_;
  const double start = view_->start_m();
  const std::int64_t last = floor_to_int((start + kFarthestPlant) / kSlotM);
  const std::uint64_t seed = hash(scene.options.seed, side < 0 ? 0xB0 : 0xB1);
  const double edge = side < 0 ? -static_cast<double>(scene.road.asphalt_left) : static_cast<double>(scene.road.asphalt_right);
  for (std::int64_t slot = floor_to_int((start + 2) / kSlotM); slot <= last; ++slot) {
    Dice dice(hash(seed, static_cast<std::uint64_t>(slot)));
    // Woods, hedges and open stretches take turns.
    const double density = value_noise(seed + 7, static_cast<double>(slot) * kSlotM / 130);
    if (!dice.chance(1.3 * density - 0.15)) continue;
    Plant plant;
    plant.tree = dice.chance(0.45);
    const double z = (static_cast<double>(slot) + dice.unit()) * kSlotM - start;
    const double t = side * (edge + scene.road.soil_m + (plant.tree ? dice.range(3.5, 13) : dice.range(1.6, 9)));
    const double tall = plant.tree ? dice.range(3.5, 10) : dice.range(0.5, 1.9);
    const double wide = tall * (plant.tree ? dice.range(0.28, 0.5) : dice.range(0.5, 1.1));
    plant.noise_x = dice.rangef(20, 60);
    plant.noise_y = dice.rangef(20, 60);
    plant.tone = dice.rangef(0.75, 1.15);
    plant.colour = blend({46, 66, 32}, {84, 100, 50}, dice.rangef(0, 1));
    Point foot;
    Point top;
    if (z < 2.5 || !view_->project(z, t, 0, foot) || !view_->project(z, t, tall, top)) continue;
    plant.metre_px = static_cast<float>(view_->focal_px() / z);
    plant.z = static_cast<float>(z);
    plant.half_x = static_cast<float>(wide) * plant.metre_px;
    const float high = foot.y - top.y;
    plant.half_y = plant.tree ? high * 0.38F : high * 0.55F;
    plant.x = top.x;
    plant.y = top.y + plant.half_y;
    plant.foot_y = foot.y;
    if (plant.x + plant.half_x < 0 || plant.x - plant.half_x > static_cast<float>(scene.options.size.width)) continue;
    plants_.push_back(plant);
  }
}

void Backdrop::paint_sky_pixel(Row& row, int x) const {
  const auto i = static_cast<std::size_t>(x);
  const Palette& palette = scene_->palette;
  const float u = view_->level_u(static_cast<float>(x) + 0.5F, static_cast<float>(row.y) + 0.5F);
  const float v = view_->level_v(static_cast<float>(x) + 0.5F, static_cast<float>(row.y) + 0.5F);
  const auto focal = static_cast<float>(view_->focal_px());
  const float up = view_->horizon() - v;
  const float elevation = std::max(0.0F, up / focal);
  Colour sky = blend(palette.sky_low, palette.sky_top, clamp01(elevation * 2.6F));
  const float plane = 1 / (elevation + 0.07F);
  const auto azimuth = static_cast<float>(wrap(view_->heading(), 2 * kPi)) + u / focal;
  const TileLevel& level = scene_->clouds.level(0.02F * plane * plane / focal * 40, 0.02F * plane * plane / focal * 60);
  const float puff = level.at(200 + 0.9F * azimuth * plane + 60, 40 + 1.1F * plane) * (1.0F / 128) - 1;
  sky = blend(sky, palette.cloud, ramp(0.25F - palette.cloudiness, 0.75F - palette.cloudiness, puff) * clamp01(0.35F + elevation * 4));
  const float woods = woods_[i];
  if (up < woods + 1) {
    const Colour near = blend(palette.grass * 0.62F, palette.haze, 0.5F);
    const Colour far = near * (0.93F + 0.1F * clamp01((woods - up) / (woods + 1)));
    sky = blend(sky, far, clamp01(woods - up + 0.5F));
  }
  row.r[i] = sky.r;
  row.g[i] = sky.g;
  row.b[i] = sky.b;
  row.z[i] = -1;
}

void Backdrop::paint_sky(Row& row) const {
  const int width = static_cast<int>(row.r.size());
  for (int x = 0; x < row.from; ++x) paint_sky_pixel(row, x);
  for (int x = row.to; x < width; ++x) paint_sky_pixel(row, x);
}

void Backdrop::paint_plant(Row& row, const Plant& plant) const {
  const auto y = static_cast<float>(row.y) + 0.5F;
  const float dy = (y - plant.y) / plant.half_y;
  const int width = static_cast<int>(row.r.size());
  if (plant.tree && y > plant.y && y < plant.foot_y) {
    const float trunk = std::max(0.7F, plant.half_x * 0.09F);
    const int from = std::max(0, static_cast<int>(plant.x - trunk));
    const int to = std::min(width, static_cast<int>(plant.x + trunk) + 1);
    for (int x = from; x < to; ++x) {
      row.mix_in(x, {66, 56, 46}, clamp01(trunk + 0.5F - std::abs(static_cast<float>(x) + 0.5F - plant.x)));
      row.z[static_cast<std::size_t>(x)] = plant.z;
    }
  }
  if (y > plant.foot_y + 1 || dy > 1.3F || dy < -1.3F) return;
  const float texel = 1 / plant.metre_px;
  const TileLevel leaves = scene_->clouds.level(texel * 1.4F, texel * 1.4F);
  const TileLevel twigs = scene_->grain.level(texel * 0.3F, texel * 0.3F);
  const int from = std::max(0, static_cast<int>(plant.x - 1.3F * plant.half_x));
  const int to = std::min(width, static_cast<int>(plant.x + 1.3F * plant.half_x) + 1);
  for (int x = from; x < to; ++x) {
    const float px = (static_cast<float>(x) + 0.5F - plant.x);
    const float dx = px / plant.half_x;
    const float far = dx * dx + dy * dy;
    if (far > 1.7F) continue;
    const float mx = px * texel;
    const float my = (y - plant.y) * texel;
    const float leaf = leaves.at(plant.noise_x + 1.4F * mx, plant.noise_y + 1.4F * my) * (1.0F / 128) - 1;
    const float twig = twigs.at(plant.noise_x + 0.3F * mx, plant.noise_y + 0.3F * my) * (1.0F / 128) - 1;
    const float cover = ramp(-0.06F, 0.12F, 0.8F - far + 1.1F * leaf + 0.5F * twig);
    if (cover <= 0) continue;
    const float lit = plant.tone * (0.95F - 0.32F * dy + 0.2F * dx * scene_->sun.to_t + 0.75F * leaf + 0.9F * twig);
    row.mix_in(x, plant.colour * std::max(0.25F, lit), cover);
    if (cover > 0.5F) row.z[static_cast<std::size_t>(x)] = plant.z;
  }
}

void Backdrop::paint_standing(Row& row) const {
  for (const Plant& plant : plants_) {
    const auto y = static_cast<float>(row.y);
    if (y < plant.y - 1.4F * plant.half_y || y > plant.foot_y + 1) continue;
    paint_plant(row, plant);
  }
}

}  // namespace hazard::sim
