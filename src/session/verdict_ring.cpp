#include "session/verdict_ring.hpp"

namespace hazard::session {

void VerdictRing::push(const Outgoing& verdict) {
  bytes_ += verdict.json->size();
  ring_.push_back(verdict);
  while (ring_.size() > events_max_ || (bytes_ > bytes_max_ && ring_.size() > 1)) {
    bytes_ -= ring_.front().json->size();
    ring_.pop_front();
  }
}

VerdictRing::Replay VerdictRing::after(std::uint64_t last_event) const {
  Replay replay;
  for (const Outgoing& each : ring_) {
    if (each.event > last_event) replay.verdicts.push_back(each);
  }
  // Events are numbered without holes, so what is missing lies between the reader's last and the oldest kept.
  if (!ring_.empty() && ring_.front().event > last_event + 1) {
    replay.missing_from = last_event + 1;
    replay.missing_to = ring_.front().event - 1;
  }
  return replay;
}

}  // namespace hazard::session
