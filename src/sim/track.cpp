#include "sim/track.hpp"

#include <algorithm>

#include "sim/noise.hpp"

namespace hazard::sim {
namespace {

constexpr double kStep = 5;
constexpr double kMetresPerDegree = 111'195;  // of latitude, on a sphere of 6371 km
constexpr double kLatitudeMost = 85;          // beyond it, longitude would run away

}  // namespace

Track::Track(std::uint64_t seed, double latitude, double longitude) : latitude_(latitude), longitude_(longitude) {
  Dice dice(hash(seed, 0x7AC4));
  heading_ = dice.range(0, 2 * kPi);
  // Wave lengths divide the period. Amplitude / length is the curvature: radii stay above 400 m, grades below 4 %.
  bends_[0] = {dice.range(0.20, 0.45), kPeriod / 5, dice.range(0, 2 * kPi)};
  bends_[1] = {dice.range(0.05, 0.16), kPeriod / 13, dice.range(0, 2 * kPi)};
  bends_[2] = {dice.range(0.00, 0.05), kPeriod / 31, dice.range(0, 2 * kPi)};
  hills_[0] = {dice.range(0.004, 0.016), kPeriod / 11, dice.range(0, 2 * kPi)};
  hills_[1] = {dice.range(0.002, 0.010), kPeriod / 19, dice.range(0, 2 * kPi)};
  hills_[2] = {dice.range(0.000, 0.004), kPeriod / 43, dice.range(0, 2 * kPi)};
  const auto count = static_cast<std::size_t>(kPeriod / kStep) + 1;
  east_.resize(count);
  north_.resize(count);
  for (std::size_t i = 1; i < count; ++i) {
    const double middle = heading((static_cast<double>(i) - 0.5) * kStep);
    east_[i] = east_[i - 1] + kStep * sine(middle);
    north_[i] = north_[i - 1] + kStep * cosine(middle);
  }
}

double Track::sum(const Wave (&waves)[3], double s) noexcept {
  double total = 0;
  for (const Wave& wave : waves) total += wave.amplitude * sine(2 * kPi * s / wave.length + wave.phase);
  return total;
}

double Track::heading(double s) const noexcept { return heading_ + sum(bends_, s); }

double Track::grade(double s) const noexcept { return sum(hills_, s); }

Track::Place Track::place(double s) const noexcept {
  const auto period = static_cast<double>(floor_to_int(s / kPeriod));
  const double within = (s - period * kPeriod) / kStep;
  const std::size_t knot = std::min(static_cast<std::size_t>(within), east_.size() - 2);
  const double w = within - static_cast<double>(knot);
  const double east = period * east_.back() + east_[knot] + (east_[knot + 1] - east_[knot]) * w;
  const double north = period * north_.back() + north_[knot] + (north_[knot + 1] - north_[knot]) * w;
  const double latitude = std::clamp(latitude_ + north / kMetresPerDegree, -kLatitudeMost, kLatitudeMost);
  const double shrink = cosine(radians(std::clamp(latitude_, -kLatitudeMost, kLatitudeMost)));
  return {latitude, longitude_ + east / (kMetresPerDegree * shrink)};
}

}  // namespace hazard::sim
