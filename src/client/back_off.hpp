// How long to wait before the next try: growing, and spread so that many clients of one server do not all come back at once (after
// "Exponential Backoff And Jitter", AWS Architecture Blog 2015: half of the pause is certain, the rest random). One thread.
#pragma once

#include <algorithm>
#include <chrono>

namespace hazard::client {

class BackOff {
 public:
  BackOff(std::chrono::milliseconds first, std::chrono::milliseconds most) : first_(first), most_(most), next_(first) {}

  // `random` is from 0 to 1. Between half of the pause and one and a half of it.
  std::chrono::milliseconds next(double random) {
    const auto pause = std::chrono::duration<double, std::milli>(next_) * (0.5 + std::clamp(random, 0.0, 1.0));
    next_ = std::min(next_ * 2, most_);
    return std::chrono::duration_cast<std::chrono::milliseconds>(pause);
  }
  void reset() { next_ = first_; }

 private:
  std::chrono::milliseconds first_;
  std::chrono::milliseconds most_;
  std::chrono::milliseconds next_;
};

}  // namespace hazard::client
