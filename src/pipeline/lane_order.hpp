// Whose turn it is: start-time fair queueing between rounds, the earliest deadline within one (see scheduler.hpp). Pure; under
// the scheduler's mutex.
#pragma once

#include <memory>
#include <span>

#include "base/clock.hpp"
#include "pipeline/lane.hpp"

namespace hazard::pipeline {

// A frame of the lane may be taken now.
inline bool is_ready(const Lane& lane, base::SteadyTime now) noexcept {
  return !lane.in_flight && !lane.waiting.empty() && lane.gate.allows(now);
}

// When the lane's next frame should be answered: since it became ready, one interval of the rate it was promised.
base::SteadyTime deadline_of(const Lane& lane) noexcept;

// Where the lane's next frame would start in virtual time, when the last one taken started at `virtual_time`.
inline double start_of(const Lane& lane, double virtual_time) noexcept { return std::max(lane.virtual_time, virtual_time); }

// The ready lane to take from; null when there is none.
Lane* next_lane(std::span<const std::shared_ptr<Lane>> lanes, double virtual_time, base::SteadyTime now) noexcept;

}  // namespace hazard::pipeline
