// The counters of all sessions there ever were and of single pictures; /stream/stats and /metrics show them. Thread-safe.
#pragma once

#include <cstdint>
#include <mutex>

#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "domain/verdict.hpp"
#include "wire/server_message.hpp"

namespace hazard::session {

class Totals {
 public:
  void frame_received();
  void frame_ended(const domain::Verdict& verdict, base::Duration age);
  // received = results + drops + errors + in_flight holds in every answer.
  wire::Counters counters() const;
  const base::Histogram& age() const noexcept { return age_; }

 private:
  mutable std::mutex mutex_;
  wire::Counters counters_;
  base::Histogram age_;  // of results: from receipt to sending
};

// Adds one ended frame to `counters` (its in_flight goes down by one).
void count_ended(wire::Counters& counters, const domain::Verdict& verdict);

}  // namespace hazard::session
