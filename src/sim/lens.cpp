#include "sim/lens.hpp"

#include <algorithm>

#include "sim/noise.hpp"

namespace hazard::sim {
namespace {

constexpr float kHazeM = 900;  // distance at which haze hides about two thirds

// Dipped beams: bright from 5 to 30 m, a wide cone, a little light everywhere near.
float beam(float z, float x) noexcept {
  const float far = z / 17;
  const float along = ramp(1.5F, 6, z) / (1 + far * far * (0.6F + 0.4F * far));
  const float spread = 1.6F + 0.27F * z;
  const float aside = (x - 0.02F * z) / spread;
  return along / (1 + 1.4F * aside * aside + aside * aside * aside * aside);
}

}  // namespace

Lens::Lens(const Scene& scene, const View& view, std::uint64_t frame, double time_s)
    : scene_(&scene), view_(&view), noise_seed_(hash(scene.options.seed, 0x401E, frame)) {
  const auto darkness = static_cast<float>(std::clamp(scene.options.darkness, 0.0, 1.0));
  const auto drift = static_cast<float>(value_noise(hash(scene.options.seed, 0xE4), time_s / 3.7));
  Dice dice(hash(scene.options.seed, 0xCA3));
  exposure_ = dice.rangef(0.98, 1.2) * (0.95F + 0.1F * drift);
  const float warm = dice.rangef(-0.035, 0.045);
  const float pink = dice.rangef(-0.02, 0.025);
  balance_ = {1 + warm + pink, 1 - pink, 1 - warm + pink};
  veil_ = dice.chance(0.5) ? dice.rangef(0, 22) * (1 - darkness) : 0;
  daylight_ = (1 - darkness) * (1 - 0.25F * darkness) + 0.035F * darkness;
  headlight_ = 1.25F * darkness * darkness;
  noise_ = 2.2F + 5 * darkness;
}

void Lens::expose(const Row& row, std::uint8_t* into) const {
  const int width = static_cast<int>(row.r.size());
  const auto half_x = static_cast<float>(width) / 2;
  const float half_y = static_cast<float>(scene_->options.size.height) / 2;
  const float corner = 1 / (half_x * half_x + half_y * half_y);
  const float dy = static_cast<float>(row.y) + 0.5F - half_y;
  const Colour haze = scene_->palette.haze * daylight_;
  const float cold = headlight_ > 0 ? 0.06F * headlight_ : 0;  // dusk is blue
  const auto focal = static_cast<float>(view_->focal_px());
  std::uint64_t state = hash(noise_seed_, static_cast<std::uint64_t>(row.y));
  for (int x = 0; x < width; ++x) {
    const auto i = static_cast<std::size_t>(x);
    const float dx = static_cast<float>(x) + 0.5F - half_x;
    const float z = row.z[i];
    float day = daylight_ * row.light[i];
    float head = 0;
    float hidden = 0;
    if (z > 0) {
      hidden = z / (z + kHazeM * 0.5F);
      hidden *= hidden;
      if (headlight_ > 0) head = headlight_ * beam(z, dx * z / focal);
    }
    const float vignette = exposure_ * (1 - 0.3F * (dx * dx + dy * dy) * corner);
    // Sum of the four bytes of a word: close to a normal distribution.
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const auto word = static_cast<std::uint32_t>(state >> 33);
    const auto sum = static_cast<int>((word & 0xFF) + (word >> 8 & 0xFF) + (word >> 16 & 0xFF)) - 382;
    const float noise = static_cast<float>(sum) * (noise_ / 128) + veil_ + 0.5F;
    const float lit = day + head;
    const float keep = 1 - hidden;
    const float r = (row.r[i] * (lit - cold) * keep + haze.r * hidden) * vignette * balance_.r + noise;
    const float g = (row.g[i] * lit * keep + haze.g * hidden) * vignette * balance_.g + noise;
    const float b = (row.b[i] * (day + cold + head * 0.9F) * keep + haze.b * hidden) * vignette * balance_.b + noise;
    into[3 * i] = static_cast<std::uint8_t>(std::clamp(r, 0.0F, 255.0F));
    into[3 * i + 1] = static_cast<std::uint8_t>(std::clamp(g, 0.0F, 255.0F));
    into[3 * i + 2] = static_cast<std::uint8_t>(std::clamp(b, 0.0F, 255.0F));
  }
}

}  // namespace hazard::sim
