// How long to wait before the next attempt: doubled each time up to a bound, and spread, so that what failed together does not come
// back together (half of the pause is certain, the rest random: "Exponential Backoff And Jitter", AWS Architecture Blog 2015). Pure.
#pragma once

#include <algorithm>
#include <chrono>

#include "base/clock.hpp"

namespace hazard::outgoing {

inline constexpr base::Duration kPauseMost = std::chrono::hours(6);          // of one message
inline constexpr base::Duration kTargetPauseMost = std::chrono::minutes(1);  // of a receiver that seems to be down
inline constexpr base::Duration kRetryAfterMost = std::chrono::hours(6);     // that a receiver may ask for

// After `failures` in a row, at least one. `random` is from 0 to 1; between half of the pause and one and a half of it.
inline base::Duration pause_after(int failures, base::Duration first, base::Duration most, double random) {
  base::Duration pause = std::min(first, most);
  for (int i = 1; i < failures && pause < most; ++i) pause = std::min(pause * 2, most);
  return std::chrono::duration_cast<base::Duration>(pause * (0.5 + std::clamp(random, 0.0, 1.0)));
}

}  // namespace hazard::outgoing
