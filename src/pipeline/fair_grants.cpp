#include "pipeline/fair_grants.hpp"

#include <algorithm>
#include <limits>

namespace hazard::pipeline {

double fair_level(std::span<double> asked, double capacity) noexcept {
  std::ranges::sort(asked);
  double left = capacity;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const double share = left / static_cast<double>(asked.size() - i);
    if (asked[i] > share) return std::max(0.0, share);
    left -= asked[i];
  }
  return std::numeric_limits<double>::infinity();
}

}  // namespace hazard::pipeline
