#include "sim/tile.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/check.hpp"
#include "sim/noise.hpp"

namespace hazard::sim {
namespace {

// The exponent of a positive float: floor(log2(x)).
int exponent(float x) noexcept { return static_cast<int>(std::bit_cast<std::uint32_t>(x) >> 23 & 0xFF) - 127; }

std::vector<std::uint8_t> halve(const std::vector<std::uint8_t>& from, int width, bool across) {
  std::vector<std::uint8_t> to(from.size() / 2);
  const auto w = static_cast<std::size_t>(width);
  for (std::size_t i = 0; i < to.size(); ++i) {
    const std::size_t first = across ? 2 * i : (i / w) * 2 * w + i % w;
    const std::size_t second = across ? first + 1 : first + w;
    // Rounding half up in every copy would brighten the distance; alternate.
    to[i] = static_cast<std::uint8_t>((from[first] + from[second] + static_cast<int>(i & 1)) / 2);
  }
  return to;
}

// Periodic box blur of a square field, one direction after the other.
std::vector<float> blurred(const std::vector<float>& field, int side, int radius) {
  std::vector<float> half(field.size());
  std::vector<float> whole(field.size());
  const int mask = side - 1;
  const float scale = 1.0F / static_cast<float>(2 * radius + 1);
  for (int pass = 0; pass < 2; ++pass) {
    const std::vector<float>& from = pass == 0 ? field : half;
    std::vector<float>& to = pass == 0 ? half : whole;
    const int along = pass == 0 ? 1 : side;
    const int lines = pass == 0 ? side : 1;
    for (int line = 0; line < side; ++line) {
      float sum = 0;
      for (int i = -radius; i <= radius; ++i) sum += from[static_cast<std::size_t>(line * lines + (i & mask) * along)];
      for (int i = 0; i < side; ++i) {
        to[static_cast<std::size_t>(line * lines + i * along)] = sum * scale;
        sum += from[static_cast<std::size_t>(line * lines + ((i + radius + 1) & mask) * along)];
        sum -= from[static_cast<std::size_t>(line * lines + ((i - radius) & mask) * along)];
      }
    }
  }
  return whole;
}

std::vector<std::uint8_t> to_texels(const std::vector<float>& field) {
  std::vector<std::uint8_t> texels(field.size());
  std::ranges::transform(field, texels.begin(),
                         [](float x) { return static_cast<std::uint8_t>(std::clamp(static_cast<int>(x + 128.5F), 0, 255)); });
  return texels;
}

void drop_stones(std::vector<float>& field, int side, std::uint64_t seed) {
  Dice dice(seed);
  const int mask = side - 1;
  const int stones = side * side / 14;
  for (int i = 0; i < stones; ++i) {
    const int cx = static_cast<int>(dice.bits() & static_cast<unsigned>(mask));
    const int cy = static_cast<int>(dice.bits() & static_cast<unsigned>(mask));
    const double size = dice.unit();
    const double radius = 0.7 + 1.9 * size * size;
    const float tone = dice.chance(0.42) ? dice.rangef(10, 55) : -dice.rangef(8, 60);
    const int reach = static_cast<int>(radius + 1);
    for (int dy = -reach; dy <= reach; ++dy) {
      for (int dx = -reach; dx <= reach; ++dx) {
        const double apart = (dx * dx + dy * dy) / (radius * radius);
        if (apart > 1) continue;
        float& texel = field[static_cast<std::size_t>(((cy + dy) & mask) * side + ((cx + dx) & mask))];
        texel = lerp(texel, tone, 0.85F * (1 - static_cast<float>(apart * apart)));
      }
    }
  }
}

struct Clouds {
  int cells_x = 8;  // of the coarsest octave, powers of two
  int cells_y = 8;
  int octaves = 5;
  double weight = 115;
  double persistence = 0.6;
};

// Adds value noise, octave by octave.
void add_clouds(std::vector<float>& field, int side, std::uint64_t seed, Clouds clouds) {
  for (int octave = 0; octave < clouds.octaves; ++octave) {
    const int nx = std::min(side, clouds.cells_x << octave);
    const int ny = std::min(side, clouds.cells_y << octave);
    const std::uint64_t own = hash(seed, static_cast<std::uint64_t>(octave));
    const auto knot = [&](int x, int y) {
      return unit(hash(own, static_cast<std::uint64_t>(x % nx), static_cast<std::uint64_t>(y % ny))) - 0.5;
    };
    const int step = side / nx;
    for (int y = 0; y < side; ++y) {
      const double gy = static_cast<double>(y) * ny / side;
      const int cy = static_cast<int>(gy);
      const double wy = (gy - cy) * (gy - cy) * (3 - 2 * (gy - cy));
      for (int cx = 0; cx < nx; ++cx) {
        const double left = knot(cx, cy) + (knot(cx, cy + 1) - knot(cx, cy)) * wy;
        const double right = knot(cx + 1, cy) + (knot(cx + 1, cy + 1) - knot(cx + 1, cy)) * wy;
        for (int i = 0; i < step; ++i) {
          const double w = static_cast<double>(i) / step;
          field[static_cast<std::size_t>(y * side + cx * step + i)] +=
              static_cast<float>(clouds.weight * (left + (right - left) * w * w * (3 - 2 * w)));
        }
      }
    }
    clouds.weight *= clouds.persistence;
  }
}

}  // namespace

Tile::Tile(std::vector<std::uint8_t> texels, int bits, double side_m) : bits_(bits), side_m_(side_m) {
  HAZARD_CHECK(texels.size() == std::size_t{1} << (2 * bits));
  const int count = bits + 1;
  copies_.resize(static_cast<std::size_t>(count) * static_cast<std::size_t>(count));
  copies_[0] = std::move(texels);
  for (int ry = 0; ry < count; ++ry) {
    const auto row = static_cast<std::size_t>(ry * count);
    if (ry > 0) copies_[row] = halve(copies_[row - static_cast<std::size_t>(count)], 1 << bits, false);
    for (int rx = 1; rx < count; ++rx) {
      const std::size_t here = row + static_cast<std::size_t>(rx);
      copies_[here] = halve(copies_[here - 1], 1 << (bits - rx + 1), true);
    }
  }
}

TileLevel Tile::copy(int reduce_x, int reduce_y) const noexcept {
  const int rx = std::clamp(reduce_x, 0, bits_);
  const int ry = std::clamp(reduce_y, 0, bits_);
  TileLevel level;
  level.data = copies_[static_cast<std::size_t>(ry * (bits_ + 1) + rx)].data();
  level.bits_x = bits_ - rx;
  level.mask_x = (1 << (bits_ - rx)) - 1;
  level.mask_y = (1 << (bits_ - ry)) - 1;
  level.per_metre_x = static_cast<float>((1 << (bits_ - rx)) / side_m_);
  level.per_metre_y = static_cast<float>((1 << (bits_ - ry)) / side_m_);
  return level;
}

TileLevel Tile::level(float footprint_x_m, float footprint_y_m) const noexcept {
  const auto per_metre = static_cast<float>((1 << bits_) / side_m_);
  return copy(exponent(std::max(1.0F, footprint_x_m * per_metre)), exponent(std::max(1.0F, footprint_y_m * per_metre)));
}

float Tile::fraction(float footprint_m) const noexcept {
  const float texels = std::max(1.0F, footprint_m * static_cast<float>((1 << bits_) / side_m_));
  return texels / static_cast<float>(1U << static_cast<unsigned>(std::min(exponent(texels), 30))) - 1;
}

Tile make_grain_tile(std::uint64_t seed, int bits, double side_m) {
  const int side = 1 << bits;
  std::vector<float> field(static_cast<std::size_t>(side) * static_cast<std::size_t>(side));
  Dice dice(hash(seed, 1));
  for (float& texel : field) texel = dice.rangef(-14, 14);
  drop_stones(field, side, hash(seed, 2));
  // What is larger than a hand would show that the tile repeats.
  const std::vector<float> coarse = blurred(blurred(field, side, 6), side, 9);
  for (std::size_t i = 0; i < field.size(); ++i) field[i] -= coarse[i];
  return {to_texels(field), bits, side_m};
}

Tile make_cloud_tile(std::uint64_t seed, int bits, double side_m, int cells, int octaves, double persistence) {
  const int side = 1 << bits;
  std::vector<float> field(static_cast<std::size_t>(side) * static_cast<std::size_t>(side));
  add_clouds(field, side, seed, {cells, cells, octaves, 115, persistence});
  return {to_texels(field), bits, side_m};
}

Tile make_tone_tile(std::uint64_t seed, int bits, double side_m) {
  const int side = 1 << bits;
  std::vector<float> field(static_cast<std::size_t>(side) * static_cast<std::size_t>(side));
  add_clouds(field, side, hash(seed, 1), {16, 4, 5, 95, 0.7});
  add_clouds(field, side, hash(seed, 2), {4, 8, 6, 75, 0.66});
  return {to_texels(field), bits, side_m};
}

}  // namespace hazard::sim
