#include "pipeline/service_estimate.hpp"

#include <algorithm>
#include <chrono>

namespace hazard::pipeline {

using detect::Strategies;
using detect::Strategy;

namespace {

// An exponential mean over about 32 frames: quick enough to follow a machine that slows down within a second, slow enough to be
// quoted. The first 32 count as a plain mean, so that a calibration on a machine busy with starting is soon forgotten.
constexpr double kWeight = 1.0 / 32;
// A strategy that has not run for so long is carried along by the other one's drift.
constexpr auto kCarriedAfter = std::chrono::seconds(2);

}  // namespace

void ServiceEstimate::configure(Strategies strategies, int workers) noexcept {
  strategies_ = strategies;
  workers_ = std::max(1, workers);
}

void ServiceEstimate::seed(double fps) noexcept {
  if (fps <= 0) return;
  if (strategies_ == Strategies::alone) {
    if (of(Strategy::alone).seconds == 0) of(Strategy::alone).seconds = 1 / fps;
  } else if (of(Strategy::shared).seconds == 0) {
    of(Strategy::shared).seconds = workers_ / fps;
  }
}

void ServiceEstimate::note(Strategy strategy, base::Duration service, double cost, base::SteadyTime now) noexcept {
  const double sample = std::chrono::duration<double>(service).count() / std::max(cost, 1e-3);
  Mean& mean = of(strategy);
  Mean& other = of(strategy == Strategy::alone ? Strategy::shared : Strategy::alone);
  const double before = mean.seconds;
  mean.samples = std::min(mean.samples + 1, 32);
  mean.seconds = before == 0 ? sample : before + (sample - before) * std::max(kWeight, 1.0 / (mean.samples + 1));
  mean.at = now;
  if (before > 0 && other.seconds > 0 && now - other.at > kCarriedAfter) other.seconds *= mean.seconds / before;
}

double ServiceEstimate::fps() const noexcept {
  const double shared = of(Strategy::shared).seconds;
  const double alone = of(Strategy::alone).seconds;
  if (strategies_ == Strategies::alone || shared == 0) return alone == 0 ? 0 : 1 / alone;
  return workers_ / shared;
}

base::Duration ServiceEstimate::service(Strategy strategy) const noexcept {
  return std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(of(strategy).seconds));
}

}  // namespace hazard::pipeline
