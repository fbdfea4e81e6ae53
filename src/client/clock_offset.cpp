#include "client/clock_offset.hpp"

#include <algorithm>
#include <cmath>

namespace hazard::client {

bool ClockOffset::add(const ClockExchange& exchange) {
  const double away = exchange.received - exchange.sent;
  const double inside = exchange.server_sent - exchange.server_received;
  // A NaN fails each of these. Microseconds of rounding may make the wire look faster than light.
  constexpr double kRounding = 5e-6;
  if (!(away >= 0 && inside >= 0 && away - inside >= -kRounding && std::isfinite(away + inside))) return false;
  const double offset = ((exchange.server_received - exchange.sent) + (exchange.server_sent - exchange.received)) / 2;
  if (!std::isfinite(offset)) return false;
  kept_[count_++ % kKept] = {.offset_ms = offset * 1000, .round_trip_ms = std::max(0.0, away - inside) * 1000};
  return true;
}

std::optional<ClockEstimate> ClockOffset::estimate() const {
  if (count_ == 0) return std::nullopt;
  const auto end = kept_.begin() + static_cast<std::ptrdiff_t>(std::min(count_, kKept));
  return *std::min_element(kept_.begin(), end, [](const auto& a, const auto& b) { return a.round_trip_ms < b.round_trip_ms; });
}

}  // namespace hazard::client
