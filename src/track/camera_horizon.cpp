// The part of CameraMotion that learns where the horizon lies: hypotheses at fixed shares of the picture's height, each paying for what
// speaks against it; boxes that came nearer speak (their width and their rows below the horizon grow alike), and so do pictures (the road
// of one fits on the other's best under the right one).
#include <algorithm>
#include <cmath>

#include "track/camera_motion.hpp"

namespace hazard::track {
namespace {

using domain::PixelBox;

// The usual camera behind a windscreen: a little above the middle, in shares of the picture's height.
constexpr double kUsualHorizonShare = 0.38;
constexpr double kUsualHorizonSd = 0.16;

constexpr double kHorizonLeast = -0.3;  // the first hypothesis, in picture heights
constexpr double kHorizonStep = 0.05;
constexpr double kHorizonLeastSd = 0.006;  // the road goes up and down: in picture widths

constexpr double kGrowthSd = 0.12;            // of the logarithm of two widths' ratio
constexpr double kGrowthRowSd = 0.01;         // of a row, in picture heights
constexpr double kHorizonMemory = 0.995;      // for each sample
constexpr double kHorizonSampleWeight = 0.3;  // samples of one track share their beginning
constexpr double kHorizonCostMost = 6;        // of one sample: a wrong pair must not decide

// While the horizon is less well known than this, in picture heights, the pictures are tried with some others.
constexpr double kHorizonSure = 0.05;
constexpr double kTryStep = 0.2;
constexpr double kTryStepCost = 0.02;  // a fit worse by this share costs one
constexpr double kTryCostMost = 8;
constexpr double try_share(std::size_t i) noexcept { return -0.3 + kTryStep * static_cast<double>(i); }

double square(double value) noexcept { return value * value; }
double centre_y(const PixelBox& box) noexcept { return (static_cast<double>(box.y1) + box.y2) / 2; }

}  // namespace

std::array<HorizonTry, CameraMotion::kHorizonTries> CameraMotion::horizon_tries() const noexcept {
  std::array<HorizonTry, kHorizonTries> tries{};
  for (std::size_t i = 0; i < tries.size(); ++i) tries[i].horizon = size_.height * try_share(i);
  return tries;
}

bool CameraMotion::unsure_of_horizon() const noexcept { return horizon_variance_ > square(kHorizonSure * size_.height); }

// Between two tries the costs run straight.
void CameraMotion::learn_horizon(std::span<const HorizonTry> tries) noexcept {
  double least = 1e300;
  for (const HorizonTry& each : tries) {
    if (each.difference <= 0) return;
    least = std::min(least, each.difference);
  }
  for (std::size_t i = 0; i < Snapshot::kHorizons; ++i) {
    const double share = kHorizonLeast + kHorizonStep * static_cast<double>(i);
    const double place = std::clamp((share - try_share(0)) / kTryStep, 0.0, static_cast<double>(tries.size() - 1));
    const auto before = std::min(static_cast<std::size_t>(place), tries.size() - 2);
    const double weight = place - static_cast<double>(before);
    const double difference = (1 - weight) * tries[before].difference + weight * tries[before + 1].difference;
    s_.horizon_cost[i] += std::min((difference / least - 1) / kTryStepCost, kTryCostMost);
  }
  settle_horizon();
}

GrowthMark CameraMotion::mark(const PixelBox& box) const noexcept {
  return {.log_width = std::log(std::max(0.01, static_cast<double>(box.width()))), .row = centre_y(box)};
}

// For the right horizon, width over rows below it stays the same: each hypothesis pays for how far it is from that.
void CameraMotion::learn_horizon(const GrowthMark& young, const PixelBox& now) noexcept {
  const GrowthMark old = mark(now);
  const double height = size_.height;
  for (std::size_t i = 0; i < Snapshot::kHorizons; ++i) {
    const double share = kHorizonLeast + kHorizonStep * static_cast<double>(i);
    const double before = young.row - share * height;
    const double after = old.row - share * height;
    double sample = kHorizonCostMost;
    if (before > 0.01 * height && after > 0.01 * height) {
      const double error = old.log_width - young.log_width - std::log(after / before);
      const double row_sd = kGrowthRowSd * height;
      sample = square(error) / (square(kGrowthSd) + square(row_sd / before) + square(row_sd / after));
    }
    s_.horizon_cost[i] = s_.horizon_cost[i] * kHorizonMemory + kHorizonSampleWeight * std::min(sample, kHorizonCostMost);
  }
  settle_horizon();
}

// The mean and the spread over the hypotheses, each as likely as its cost and what cameras usually do make it.
void CameraMotion::settle_horizon() noexcept {
  std::array<double, Snapshot::kHorizons> cost{};
  for (std::size_t i = 0; i < cost.size(); ++i) {
    const double share = kHorizonLeast + kHorizonStep * static_cast<double>(i);
    cost[i] = s_.horizon_cost[i] / 2 + square((share - kUsualHorizonShare) / kUsualHorizonSd) / 2;
  }
  const double least = *std::ranges::min_element(cost);
  double weights = 0;
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 0; i < cost.size(); ++i) {
    const double share = kHorizonLeast + kHorizonStep * static_cast<double>(i);
    const double weight = std::exp(least - cost[i]);
    weights += weight;
    sum += weight * share;
    squares += weight * share * share;
  }
  const double mean = sum / weights;
  const double height = size_.height;
  s_.horizon = mean * height;
  horizon_variance_ = square(height) * std::max(squares / weights - mean * mean, 0.0) + square(kHorizonLeastSd * size_.width);
}

}  // namespace hazard::track
