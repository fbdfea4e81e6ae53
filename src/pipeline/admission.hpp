// Promises: who counts as load, how many frames a second everyone is granted, who is refused because there is no room. Plain
// data under the scheduler's mutex.
//
// What always holds after share_out(): the grants of the lanes that send add up to no more than what is promised of the capacity.
#pragma once

#include <memory>
#include <span>

#include "base/clock.hpp"
#include "pipeline/lane.hpp"
#include "pipeline/service_estimate.hpp"

namespace hazard::pipeline {

// A lane that sent nothing for so long is no load; so it is also when a refused stream may find room again.
inline constexpr base::Duration kSendsWithin = std::chrono::seconds(5);

class Admission {
 public:
  using Lanes = std::span<const std::shared_ptr<Lane>>;

  ServiceEstimate& estimate() noexcept { return estimate_; }
  const ServiceEstimate& estimate() const noexcept { return estimate_; }

  // Whether one more stream that asks for `fps` (0: as much as it gets) would leave everyone at least a frame a second.
  bool has_room(Lanes lanes, double fps, base::SteadyTime now) const;
  // Grants anew.
  void share_out(Lanes lanes, base::SteadyTime now);
  // share_out(), but at most once a second.
  void tend(Lanes lanes, base::SteadyTime now);
  // The sum of what the lanes that send are granted.
  double granted(Lanes lanes, base::SteadyTime now) const;
  // What all lanes but `mine` ask of the machine at present.
  QualityLadder::Crowd crowd_around(const Lane& mine, Lanes lanes, base::SteadyTime now) const;

 private:
  ServiceEstimate estimate_;
  base::SteadyTime shared_out_at_{};
};

}  // namespace hazard::pipeline
