#include "sim/noise.hpp"

namespace hazard::sim {
namespace {

double fade(double w) noexcept { return w * w * (3 - 2 * w); }

}  // namespace

double value_noise(std::uint64_t seed, double x) noexcept {
  const std::int64_t cell = floor_to_int(x);
  const auto index = static_cast<std::uint64_t>(cell);
  const double a = unit(hash(seed, index));
  const double b = unit(hash(seed, index + 1));
  return a + (b - a) * fade(x - static_cast<double>(cell));
}

double value_noise(std::uint64_t seed, double x, double y) noexcept {
  const std::int64_t cell = floor_to_int(y);
  const auto index = static_cast<std::uint64_t>(cell);
  const double a = value_noise(hash(seed, index, 1), x);
  const double b = value_noise(hash(seed, index + 1, 1), x);
  return a + (b - a) * fade(y - static_cast<double>(cell));
}

}  // namespace hazard::sim
