#include "session/verdict_ring.hpp"

namespace hazard::session {

void VerdictRing::push(const Outgoing& verdict) {
  bytes_ += verdict.json->size();
  results_ += verdict.is_result ? 1 : 0;
  newest_ = verdict.event;
  ring_.push_back(verdict);
  while (results_ > results_max_ || ring_.size() > events_max_ || (bytes_ > bytes_max_ && ring_.size() > 1)) {
    bytes_ -= ring_.front().json->size();
    results_ -= ring_.front().is_result ? 1 : 0;
    ring_.pop_front();
  }
}

VerdictRing::Replay VerdictRing::after(std::uint64_t last_event) const {
  Replay replay;
  for (const Outgoing& each : ring_) {
    if (each.event > last_event) replay.verdicts.push_back(each);
  }
  // Events are numbered without holes, so what is missing lies between the reader's last and the oldest kept.
  const std::uint64_t gone_to = ring_.empty() ? newest_ : ring_.front().event - 1;
  if (gone_to > last_event) {
    replay.missing_from = last_event + 1;
    replay.missing_to = gone_to;
  }
  return replay;
}

std::uint64_t VerdictRing::event_of_seq(std::uint64_t seq) const noexcept {
  std::uint64_t result_before = 0;
  for (const Outgoing& each : ring_) {
    if (each.seq == seq) return each.event;
    if (each.is_result && each.seq < seq) result_before = each.event;
  }
  if (result_before != 0) return result_before;
  // Results come in frame order, and when one is sent every earlier frame has ended: its event is no smaller than its seq.
  const std::uint64_t oldest = ring_.empty() ? newest_ + 1 : ring_.front().event;
  return seq < oldest ? seq : oldest - 1;
}

}  // namespace hazard::session
