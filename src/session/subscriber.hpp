// Who hears a session: a WebSocket, an event stream, a POST that waits for its verdict. The session's only way up.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "domain/verdict.hpp"

namespace hazard::session {

// One message, serialised once and shared by all who hear it.
struct Outgoing {
  std::uint64_t event = 0;  // numbers the verdicts of a session from 1; 0: not a verdict
  std::uint64_t seq = 0;    // of the frame that a verdict is about
  std::shared_ptr<const std::string> json;
  std::optional<domain::DropReason> drop = std::nullopt;  // the verdict's, for answers that need a status
  bool is_result = false;
  bool replayed = false;  // missed before: to be marked so (wire::mark_replayed) where it is sent
};

enum class EndReason : std::uint8_t { closed_by_client, idle, server_closing, replaced };

class Subscriber {
 public:
  virtual ~Subscriber() = default;
  // Both may be called from any thread, under the session's lock: hand over to your own thread and return at once; never call
  // the session from in here. Calls come one after the other, in event order.
  virtual void deliver(const Outgoing& message) noexcept = 0;
  // The last call. `retry_after` is when reconnecting makes sense, with reason server_closing.
  virtual void session_ended(EndReason reason, base::Duration retry_after) noexcept = 0;
  // The last event that this viewer has given to its socket; 0 when it cannot say. Any thread, under the session's lock.
  virtual std::uint64_t handed_event() const noexcept { return 0; }
};

}  // namespace hazard::session
