// How the scheduler and its lanes stand, for statistics and clients (declared in scheduler.hpp).
#include <algorithm>

#include "pipeline/scheduler.hpp"

namespace hazard::pipeline {

LaneState Scheduler::state_of(const LanePtr& lane) const {
  const std::lock_guard lock(mutex_);
  return {.granted_fps = lane->granted_fps, .rung = lane->ladder.rung(), .waiting = lane->waiting.size()};
}

int Scheduler::credits(const LanePtr& lane) const {
  const std::lock_guard lock(mutex_);
  if (lane->closed) return 0;
  return std::max(0, credits_after_flight(*lane) - (lane->in_flight ? 1 : 0));
}

double Scheduler::capacity_fps() const {
  const std::lock_guard lock(mutex_);
  return admission_.estimate().fps();
}

double Scheduler::granted_fps() const {
  const std::lock_guard lock(mutex_);
  return admission_.granted(lanes_, clock_.now());
}

std::size_t Scheduler::lanes() const {
  const std::lock_guard lock(mutex_);
  return lanes_.size();
}

std::size_t Scheduler::waiting_frames() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const LanePtr& lane : lanes_) count += lane->waiting.size();
  return count;
}

}  // namespace hazard::pipeline
