// Whose turn it is: start-time fair queueing between rounds, the freshest frame within a few (see scheduler.hpp). Pure; under the
// scheduler's mutex.
#pragma once

#include <algorithm>
#include <memory>
#include <span>

#include "base/clock.hpp"
#include "pipeline/lane.hpp"

namespace hazard::pipeline {

// A frame of the lane may be taken now.
inline bool is_ready(const Lane& lane, base::SteadyTime now) noexcept {
  return !lane.in_flight && !lane.waiting.empty() && lane.gate.allows(now);
}

// The ready lane to take from; null when there is none.
Lane* next_lane(std::span<const std::shared_ptr<Lane>> lanes, base::SteadyTime now) noexcept;

// Virtual time of start-time fair queueing: it counts rounds.
class TurnCounter {
 public:
  // One of `lanes` begins to wait: from now on its place in the order is fixed. Those that live for a single picture each have,
  // together, as many shares as they are.
  void begin(Lane& lane, std::span<const std::shared_ptr<Lane>> lanes, base::SteadyTime now) noexcept;
  // The waiting frame of one of `lanes` is about to be taken; it begins to wait again at once where it has another.
  void take(Lane& lane, std::span<const std::shared_ptr<Lane>> lanes, base::SteadyTime now) noexcept;

 private:
  double earliest_start(const Lane& lane, base::SteadyTime now) const noexcept;

  double now_ = 0;  // the round in which a frame was taken last
  double pictures_ = 0;
};

}  // namespace hazard::pipeline
