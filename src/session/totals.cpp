#include "session/totals.hpp"

#include "base/check.hpp"

namespace hazard::session {

void count_ended(wire::Counters& counters, const domain::Verdict& verdict) {
  HAZARD_CHECK(counters.in_flight > 0);
  --counters.in_flight;
  if (const auto* drop = std::get_if<domain::FrameDrop>(&verdict.outcome)) {
    ++counters.drops[static_cast<std::size_t>(drop->reason)];
  } else if (const auto* error = std::get_if<domain::Error>(&verdict.outcome)) {
    ++counters.errors[error->code];
  } else {
    ++counters.results;
  }
}

void Totals::frame_received() {
  const std::lock_guard lock(mutex_);
  ++counters_.received;
  ++counters_.in_flight;
}

void Totals::frame_ended(const domain::Verdict& verdict, base::Duration age) {
  if (std::holds_alternative<domain::FrameResult>(verdict.outcome)) age_.observe(age);
  const std::lock_guard lock(mutex_);
  count_ended(counters_, verdict);
}

wire::Counters Totals::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

}  // namespace hazard::session
