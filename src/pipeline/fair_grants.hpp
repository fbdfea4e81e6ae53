// Who is promised how many frames a second: max-min fairness by progressive filling (Bertsekas and Gallager, "Data Networks",
// 2nd edition, section 6.5.2). Pure.
#pragma once

#include <span>

namespace hazard::pipeline {

// Nobody is promised less than this: a newcomer whose share would be smaller is refused.
inline constexpr double kFpsLeast = 1;

// The rate at which everyone who asks for less gets what they ask for, everyone else the same, and the sum is at most `capacity`.
// Infinite when all of it fits. `asked`: frames a second, > 0; its order is not kept.
double fair_level(std::span<double> asked, double capacity) noexcept;

}  // namespace hazard::pipeline
