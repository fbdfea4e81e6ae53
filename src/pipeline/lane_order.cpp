#include "pipeline/lane_order.hpp"

#include <chrono>
#include <limits>
#include <utility>

namespace hazard::pipeline {

base::SteadyTime deadline_of(const Lane& lane) noexcept {
  const double fps = lane.granted_fps > 0 ? lane.granted_fps : lane.settings.fps;
  if (fps <= 0) return lane.waiting_since;
  return lane.waiting_since + std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(1 / fps));
}

Lane* next_lane(std::span<const std::shared_ptr<Lane>> lanes, double virtual_time, base::SteadyTime now) noexcept {
  double round = std::numeric_limits<double>::infinity();
  for (const auto& lane : lanes) {
    if (is_ready(*lane, now)) round = std::min(round, start_of(*lane, virtual_time));
  }
  Lane* best = nullptr;
  std::pair<base::SteadyTime, double> best_key;
  for (const auto& lane : lanes) {
    // A frame that starts a whole frame later belongs to the next round, however urgent it is.
    if (!is_ready(*lane, now) || start_of(*lane, virtual_time) >= round + 1) continue;
    const std::pair key(deadline_of(*lane), start_of(*lane, virtual_time));
    if (best == nullptr || key < best_key) {
      best = lane.get();
      best_key = key;
    }
  }
  return best;
}

}  // namespace hazard::pipeline
