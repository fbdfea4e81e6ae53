// Says when a lane may next take a frame, so that it keeps to its frames a second in the long run (generic cell rate algorithm,
// ITU-T I.371). One interval of tolerance forgives the jitter of a client that keeps to its rate: it never waits and loses none.
#pragma once

#include <algorithm>
#include <chrono>

#include "base/clock.hpp"

namespace hazard::pipeline {

class RateGate {
 public:
  // 0 frames a second: no limit.
  explicit RateGate(double fps = 0) { set_rate(fps); }

  void set_rate(double fps) noexcept {
    // One percent faster than asked: two clocks that both mean 10 a second differ by less, and must not drift into a drop.
    interval_ = fps > 0 ? std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(1.0 / (fps * 1.01)))
                        : base::Duration::zero();
    // What was scheduled under a slower rate must not hold up a faster one: an interval after the last frame the next may come.
    theoretical_ = interval_ == base::Duration::zero() ? base::SteadyTime{} : std::min(theoretical_, taken_at_ + 2 * interval_);
  }

  // The earliest time at which take() is allowed.
  base::SteadyTime earliest() const noexcept {
    return theoretical_ == base::SteadyTime{} ? base::SteadyTime{} : theoretical_ - interval_;
  }
  bool allows(base::SteadyTime now) const noexcept { return now >= earliest(); }
  void take(base::SteadyTime now) noexcept {
    if (interval_ == base::Duration::zero()) return;
    theoretical_ = std::max(now, theoretical_) + interval_;
    taken_at_ = now;
  }

 private:
  base::Duration interval_{};
  base::SteadyTime theoretical_{};  // when the next frame is due at exactly the rate
  base::SteadyTime taken_at_{};     // the last frame, while there is a limit
};

}  // namespace hazard::pipeline
