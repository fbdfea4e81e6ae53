// Random numbers and elementary functions that give the same bits on every machine: integer hashing, and polynomials instead
// of the C library's sine (whose last digit differs between libraries). Used by every part of the simulated drive; pure.
#pragma once

#include <cstdint>

namespace hazard::sim {

// The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

constexpr std::uint64_t hash(std::uint64_t seed, std::uint64_t a, std::uint64_t b = 0) noexcept {
  return mix(mix(seed ^ (a * 0xD6E8FEB86659FD93ULL)) ^ (b * 0xA0761D6478BD642FULL));
}

// 0 <= result < 1.
constexpr double unit(std::uint64_t bits) noexcept { return static_cast<double>(bits >> 11) * 0x1p-53; }

// A short stream of draws for one object; the order of the calls is part of the picture.
class Dice {
 public:
  explicit constexpr Dice(std::uint64_t seed) noexcept : state_(seed) {}
  constexpr std::uint64_t bits() noexcept { return mix(state_++ * 0xD1342543DE82EF95ULL); }
  constexpr double unit() noexcept { return sim::unit(bits()); }
  constexpr double range(double low, double high) noexcept { return low + (high - low) * unit(); }
  constexpr float rangef(double low, double high) noexcept { return static_cast<float>(range(low, high)); }
  constexpr bool chance(double share) noexcept { return unit() < share; }

 private:
  std::uint64_t state_;
};

inline constexpr double kPi = 3.14159265358979323846;

constexpr std::int64_t floor_to_int(double x) noexcept {
  const auto whole = static_cast<std::int64_t>(x);
  return whole - (static_cast<double>(whole) > x ? 1 : 0);
}

// x modulo `period`, in 0 <= result < period.
constexpr double wrap(double x, double period) noexcept {
  const double rest = x - period * static_cast<double>(floor_to_int(x / period));
  return rest < period ? rest : 0;
}

// Radians; absolute error below 1e-7, enough for a thousandth of a pixel.
constexpr double sine(double x) noexcept {
  double y = wrap(x + kPi / 2, 2 * kPi) - kPi / 2;  // -pi/2 .. 3pi/2
  if (y > kPi / 2) y = kPi - y;
  const double q = y * y;
  return y * (1 + q * (-1.0 / 6 + q * (1.0 / 120 + q * (-1.0 / 5040 + q * (1.0 / 362880 - q / 39916800)))));
}
constexpr double cosine(double x) noexcept { return sine(x + kPi / 2); }
constexpr double radians(double degrees) noexcept { return degrees * (kPi / 180); }

constexpr float clamp01(float x) noexcept { return x < 0 ? 0.0F : x > 1 ? 1.0F : x; }
constexpr float lerp(float a, float b, float w) noexcept { return a + (b - a) * w; }
// 0 at `from` and before, 1 at `to` and after, smooth between; from > to is allowed and falls.
constexpr float ramp(float from, float to, float x) noexcept {
  const float w = clamp01((x - from) / (to - from));
  return w * w * (3 - 2 * w);
}

// Smooth noise of one or two variables with knots at the whole numbers, 0..1.
double value_noise(std::uint64_t seed, double x) noexcept;
double value_noise(std::uint64_t seed, double x, double y) noexcept;

}  // namespace hazard::sim
