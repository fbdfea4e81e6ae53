#include "sim/backdrop.hpp"

#include <algorithm>
#include <cmath>

#include "sim/noise.hpp"

namespace hazard::sim {
namespace {

constexpr double kFarthestPlant = 320;
constexpr float kCloudBase = 0.16F;  // keeps the clouds at the horizon from becoming lines

}  // namespace

Backdrop::Backdrop(const Scene& scene, const View& view) : scene_(&scene), view_(&view) {
  azimuth_ = static_cast<float>(view.heading());
  const int width = scene.options.size.width;
  const std::uint64_t seed = hash(scene.options.seed, 0xF0);
  woods_.resize(static_cast<std::size_t>(width));
  for (int x = 0; x < width; ++x) {
    const double azimuth = view.heading() + (x + 0.5 - width / 2.0) / view.focal_px();
    const double hills = value_noise(seed, azimuth * 4 + 100) * 0.035 + value_noise(seed + 1, azimuth * 13 + 100) * 0.014;
    const double tops = value_noise(seed + 2, azimuth * 90 + 1000) * 0.005 + value_noise(seed + 3, azimuth * 260 + 3000) * 0.003;
    woods_[static_cast<std::size_t>(x)] = static_cast<float>((0.004 + hills + tops) * view.focal_px());
  }
  for (const Plant& plant : plants_between(scene, view.start_m(), 2.5, kFarthestPlant)) grow(plant);
  std::ranges::sort(crowns_,
                    [](const Crown& a, const Crown& b) { return a.plant.z != b.plant.z ? a.plant.z > b.plant.z : a.x < b.x; });
  panels_ = panels_of(scene, view);
  std::ranges::sort(panels_, [](const Panel& a, const Panel& b) { return a.z != b.z ? a.z > b.z : a.top < b.top; });
}

void Backdrop::grow(const Plant& plant) {
  Crown crown;
  crown.plant = plant;
  Point foot;
  Point top;
  if (!view_->project(plant.z, plant.t, 0, foot) || !view_->project(plant.z, plant.t, plant.tall, top)) return;
  crown.metre_px = static_cast<float>(view_->focal_px() / plant.z);
  crown.half_x = static_cast<float>(plant.wide) * crown.metre_px;
  const float high = foot.y - top.y;
  crown.half_y = plant.tree ? high * 0.4F : high * 0.55F;
  crown.x = top.x;
  crown.y = top.y + crown.half_y;
  crown.foot_y = foot.y;
  const float reach = 1.4F * crown.half_x;
  if (crown.x + reach < 0 || crown.x - reach > static_cast<float>(scene_->options.size.width) || crown.foot_y < 0) return;
  crowns_.push_back(crown);
}

Colour Backdrop::sky_at(const TileLevel& clouds, float u, float up) const noexcept {
  const Palette& palette = scene_->palette;
  const auto focal = static_cast<float>(view_->focal_px());
  const float elevation = std::max(0.0F, up / focal);
  const Colour sky = blend(palette.sky_low, palette.sky_top, clamp01(elevation * 2.6F));
  const float plane = 1 / (elevation + kCloudBase);
  const float puff = clouds.signed_at(200 + 6 * azimuth_ + u / focal * plane * 2.4F, 40 + 4.1F * plane);
  const float cover = ramp(0.2F - palette.cloudiness, 0.7F - palette.cloudiness, puff) * clamp01(0.35F + elevation * 4);
  return blend(sky, palette.cloud * (0.94F + 0.1F * puff), cover);
}

void Backdrop::paint_sky_span(Row& row, int from, int to) const {
  if (from >= to) return;
  const auto y = static_cast<float>(row.y) + 0.5F;
  const auto focal = static_cast<float>(view_->focal_px());
  const Palette& palette = scene_->palette;
  const Colour woods_far = blend(palette.grass * 0.62F, palette.haze, 0.5F);
  const float middle_up = view_->horizon() - view_->level_v(static_cast<float>(from + to) / 2, y);
  const float plane = 1 / (std::max(0.0F, middle_up / focal) + kCloudBase);
  const TileLevel clouds = scene_->clouds.level(2.4F * plane / focal, 4.1F * plane * plane / focal);
  const float du = view_->level_du();
  const float dup = -view_->level_dv();
  constexpr int kStep = 8;  // clouds are soft: the pixels between are interpolated
  float u = view_->level_u(static_cast<float>(from) + 0.5F, y);
  float up = view_->horizon() - view_->level_v(static_cast<float>(from) + 0.5F, y);
  Colour next = sky_at(clouds, u, up);
  for (int start = from; start < to; start += kStep) {
    const Colour here = next;
    next = sky_at(clouds, u + du * kStep, up + dup * kStep);
    const int end = std::min(to, start + kStep);
    for (int x = start; x < end; ++x, u += du, up += dup) {
      const auto i = static_cast<std::size_t>(x);
      Colour sky = blend(here, next, static_cast<float>(x - start) / kStep);
      const float woods = woods_[i];
      if (up < woods + 1) {
        const Colour far = woods_far * (0.93F + 0.1F * clamp01((woods - up) / (woods + 1)));
        sky = blend(sky, far, clamp01(woods - up + 0.5F));
      }
      row.r[i] = sky.r;
      row.g[i] = sky.g;
      row.b[i] = sky.b;
      row.z[i] = -1;
    }
  }
}

void Backdrop::paint_sky(Row& row) const {
  paint_sky_span(row, 0, row.from);
  paint_sky_span(row, row.to, static_cast<int>(row.r.size()));
}

void Backdrop::paint_trunk(Row& row, const Crown& crown) const {
  // Thins out into the crown.
  const float taper = ramp(crown.y - 0.3F * crown.half_y, crown.y + crown.half_y, static_cast<float>(row.y));
  const float half = std::max(0.3F, static_cast<float>(crown.plant.tall) * 0.016F * crown.metre_px) * (0.15F + 0.85F * taper);
  const int width = static_cast<int>(row.r.size());
  const int from = std::clamp(static_cast<int>(crown.x - half), 0, width);
  const int to = std::clamp(static_cast<int>(crown.x + half) + 1, 0, width);
  for (int x = from; x < to; ++x) {
    row.mix_in(x, Colour{70, 60, 50} * crown.plant.tone,
               covered(static_cast<float>(x) + 0.5F, 0.5F, crown.x - half, crown.x + half));
    row.z[static_cast<std::size_t>(x)] = static_cast<float>(crown.plant.z);
  }
}

void Backdrop::paint_crown(Row& row, const Crown& crown) const {
  const Plant& plant = crown.plant;
  const auto y = static_cast<float>(row.y) + 0.5F;
  const float dy = (y - crown.y) / crown.half_y;
  if (plant.tree && y > crown.y - 0.3F * crown.half_y && y < crown.foot_y) paint_trunk(row, crown);
  if (y > crown.foot_y + 1 || dy > 1.3F || dy < -1.3F) return;
  const int width = static_cast<int>(row.r.size());
  const float texel = 1 / crown.metre_px;
  const TileLevel leaves = scene_->clouds.level(texel * 1.4F, texel * 1.4F);
  const TileLevel twigs = scene_->grain.level(texel * 0.3F, texel * 0.3F);
  const int from = std::clamp(static_cast<int>(crown.x - 1.3F * crown.half_x), 0, width);
  const int to = std::clamp(static_cast<int>(crown.x + 1.3F * crown.half_x) + 1, 0, width);
  for (int x = from; x < to; ++x) {
    const float px = static_cast<float>(x) + 0.5F - crown.x;
    const float dx = px / crown.half_x;
    const float far = dx * dx + dy * dy;
    if (far > 1.7F) continue;
    const float mx = px * texel;
    const float my = (y - crown.y) * texel;
    const float leaf = leaves.signed_at(plant.noise_x + 20 + 1.4F * mx, plant.noise_y + 20 + 1.4F * my);
    const float twig = twigs.signed_at(plant.noise_x + 0.3F * mx, plant.noise_y + 0.3F * my);
    const float cover = ramp(-0.06F, 0.12F, 0.72F - far + 1.3F * leaf + 0.5F * twig);
    if (cover <= 0) continue;
    const float lit = plant.tone * (0.92F - 0.34F * dy + 0.2F * dx * scene_->sun.to_t + 0.75F * leaf + 0.9F * twig);
    const auto i = static_cast<std::size_t>(x);
    row.mix_in(x, plant.colour * std::max(0.25F, lit), cover);
    if (cover > 0.5F) {
      row.z[i] = static_cast<float>(plant.z);
      row.light[i] = 1;
    }
  }
}

void Backdrop::paint_standing(Row& row) const {
  const auto y = static_cast<float>(row.y);
  auto panel = panels_.begin();
  for (const Crown& crown : crowns_) {
    for (; panel != panels_.end() && static_cast<double>(panel->z) >= crown.plant.z; ++panel) paint_panel(row, *panel);
    if (y >= crown.y - 1.4F * crown.half_y && y <= crown.foot_y + 1) paint_crown(row, crown);
  }
  for (; panel != panels_.end(); ++panel) paint_panel(row, *panel);
}

}  // namespace hazard::sim
