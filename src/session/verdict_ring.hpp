// The last verdicts of a session, for readers that come back: bounded in results, verdicts and bytes, oldest out first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "session/subscriber.hpp"

namespace hazard::session {

class VerdictRing {
 public:
  // At least 256 results are kept as the streaming contract asks, also of a stream of which most frames are dropped; the bound on
  // all verdicts is for one of which hardly any is looked at, that on bytes for sessions with very many boxes.
  explicit VerdictRing(std::size_t results_max = 256, std::size_t events_max = 2048, std::size_t bytes_max = 4 * 1024 * 1024)
      : results_max_(results_max), events_max_(events_max), bytes_max_(bytes_max) {}

  // Events come numbered one after the other.
  void push(const Outgoing& verdict);
  // Of a ring that is empty: the verdicts up to this one are gone.
  void begin_after(std::uint64_t event) noexcept { newest_ = event; }

  // What came after `last_event`, oldest first, in the order sent. `missing_to` is the last event that is gone, 0 when none is.
  struct Replay {
    std::vector<Outgoing> verdicts;
    std::uint64_t missing_from = 0;
    std::uint64_t missing_to = 0;
  };
  Replay after(std::uint64_t last_event) const;

  // The event to go on from for a reader that saw the verdict about frame `seq` last. When that one is gone, it is the one before
  // the oldest that may be unseen: never so late that a verdict would be passed over in silence.
  std::uint64_t event_of_seq(std::uint64_t seq) const noexcept;

  std::size_t size() const noexcept { return ring_.size(); }
  const std::deque<Outgoing>& verdicts() const noexcept { return ring_; }

 private:
  std::deque<Outgoing> ring_;
  std::size_t results_max_;
  std::size_t results_ = 0;
  std::size_t events_max_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::uint64_t newest_ = 0;
};

}  // namespace hazard::session
