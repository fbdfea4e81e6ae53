// A square, endlessly repeating grey texture with prefiltered copies for every combination of horizontal and vertical
// reduction (a "ripmap": Larson & Shah, 1990). The road is seen at a grazing angle, so that a pixel's footprint on it is many
// times longer than wide; a ripmap filters both directions by their own measure and distant rows do not flicker.
// Built once per drive, then read only: any number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hazard::sim {

// One prefiltered copy, ready for lookups. Coordinates are metres; they must not be negative.
struct TileLevel {
  const std::uint8_t* data = nullptr;
  int bits_x = 0;
  int mask_x = 0;
  int mask_y = 0;
  float per_metre_x = 1;
  float per_metre_y = 1;

  // Bilinear, 0..255. In whole numbers with 8 bits for the place between texels: this is the hottest line of the renderer.
  float at(float x_m, float y_m) const noexcept {
    const int x = static_cast<int>(x_m * per_metre_x * 256);
    const int y = static_cast<int>(y_m * per_metre_y * 256);
    const std::uint8_t* top = data + (static_cast<std::size_t>((y >> 8) & mask_y) << bits_x);
    const std::uint8_t* low = data + (static_cast<std::size_t>(((y >> 8) + 1) & mask_y) << bits_x);
    const int x0 = (x >> 8) & mask_x;
    const int x1 = ((x >> 8) + 1) & mask_x;
    const int fx = x & 255;
    const int a = (top[x0] << 8) + (top[x1] - top[x0]) * fx;
    const int b = (low[x0] << 8) + (low[x1] - low[x0]) * fx;
    return static_cast<float>((a << 8) + (b - a) * (y & 255)) * 0x1p-16F;
  }
  // The same as -1..1.
  float signed_at(float x_m, float y_m) const noexcept { return at(x_m, y_m) * (1.0F / 128) - 1; }
};

class Tile {
 public:
  // `texels` has 2^bits x 2^bits values; the tile is `side_m` metres wide and long.
  Tile(std::vector<std::uint8_t> texels, int bits, double side_m);
  Tile(Tile&&) noexcept = default;
  Tile& operator=(Tile&&) noexcept = default;

  double side_m() const noexcept { return side_m_; }
  // The copy whose texels are about as large as a footprint of these metres, the next finer one for footprints between.
  TileLevel level(float footprint_x_m, float footprint_y_m) const noexcept;
  // The finest copy.
  TileLevel finest() const noexcept { return level(0, 0); }
  // Where between the level of footprint_m and the next coarser one a footprint lies: 0..1.
  float fraction(float footprint_m) const noexcept;

 private:
  TileLevel copy(int reduce_x, int reduce_y) const noexcept;

  int bits_ = 0;
  double side_m_ = 1;
  std::vector<std::vector<std::uint8_t>> copies_;  // [reduce_y * (bits + 1) + reduce_x]
};

// Asphalt seen close: bright and dark stones in a dark binder, no structure larger than a hand. Mean 128.
Tile make_grain_tile(std::uint64_t seed, int bits, double side_m);
// Cloudy unevenness over several scales, `cells` of the coarsest across the tile (a power of two). Mean about 128.
Tile make_cloud_tile(std::uint64_t seed, int bits, double side_m, int cells, int octaves, double persistence);
// The asphalt's unevenness of tone: streaks in the direction of traffic (the tile's second axis) over blotches. Mean about 128.
Tile make_tone_tile(std::uint64_t seed, int bits, double side_m);

}  // namespace hazard::sim
