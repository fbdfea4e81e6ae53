// How far the server's clock is ahead of ours, from pings that carry our time and pongs that carry the server's (the on-wire formula
// of NTP, RFC 5905 section 8). Of the last few exchanges the one with the shortest round trip counts: it was disturbed least, and its
// offset cannot be wrong by more than half of that round trip. One thread; used by `hazardstream stream`.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

namespace hazard::client {

// Epoch seconds: the outer two by our clock, the inner two by the server's.
struct ClockExchange {
  double sent = 0;
  double server_received = 0;
  double server_sent = 0;
  double received = 0;
};

struct ClockEstimate {
  double offset_ms = 0;      // the server's clock minus ours
  double round_trip_ms = 0;  // on the wire, without the server's own time
};

class ClockOffset {
 public:
  // False, and nothing is noted, for times that cannot be: an answer before its question, on either clock.
  bool add(const ClockExchange& exchange);
  std::optional<ClockEstimate> estimate() const;

 private:
  static constexpr std::size_t kKept = 8;  // as NTP's clock filter
  std::array<ClockEstimate, kKept> kept_{};
  std::size_t count_ = 0;
};

}  // namespace hazard::client
