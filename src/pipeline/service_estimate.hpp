// How many frames a second the machine does at full quality: a running mean of what frames cost, kept for each strategy, seeded by
// the calibration at start. Plain data under the scheduler's mutex.
#pragma once

#include <array>

#include "base/clock.hpp"
#include "detect/engine.hpp"

namespace hazard::pipeline {

class ServiceEstimate {
 public:
  // `workers` share the cores; with Strategies::alone there is one.
  void configure(detect::Strategies strategies, int workers) noexcept;
  // Frames a second that a calibration reached; counts until frames are measured.
  void seed(double fps) noexcept;

  // One frame took `service` on a worker; `cost` is its share of a full-quality frame's cost (rung.hpp), > 0.
  void note(detect::Strategy strategy, base::Duration service, double cost, base::SteadyTime now) noexcept;

  // 0 while nothing is known.
  double fps() const noexcept;
  // Of one frame at full quality with the strategy; 0 while nothing is known.
  base::Duration service(detect::Strategy strategy) const noexcept;

 private:
  struct Mean {
    double seconds = 0;
    base::SteadyTime at{};
    int samples = 0;  // measured, up to 32; the seed is none
  };
  Mean& of(detect::Strategy strategy) noexcept { return means_[static_cast<std::size_t>(strategy)]; }
  const Mean& of(detect::Strategy strategy) const noexcept { return means_[static_cast<std::size_t>(strategy)]; }

  detect::Strategies strategies_ = detect::Strategies::alone;
  int workers_ = 1;
  std::array<Mean, 2> means_;
};

}  // namespace hazard::pipeline
