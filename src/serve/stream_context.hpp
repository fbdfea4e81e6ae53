// What all WebSockets and event streams of a server share; outlives them. I/O thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "serve/byte_budget.hpp"
#include "serve/connection_set.hpp"
#include "serve/event_loop.hpp"
#include "serve/outbox.hpp"
#include "session/registry.hpp"

namespace hazard::serve {

struct StreamTimes {
  std::chrono::milliseconds handshake{10'000};
  std::chrono::milliseconds write_stall{10'000};
  std::chrono::milliseconds message{60'000};  // from the first byte of a message to its last
  std::chrono::milliseconds close{3'000};     // the peer's time to answer a close frame
  std::chrono::milliseconds comment{15'000};  // of event streams: keeps proxies from giving up
};

struct StreamMetrics {
  base::Gauge websockets;
  base::Gauge event_streams;
  base::Counter websocket_messages_in;
  base::Counter websocket_bytes_in;
  base::Counter messages_out;
  base::Counter bytes_out;
  base::Counter verdicts_dropped_for_slow_viewers;
  base::Counter stalled;   // viewers ended because they stopped reading
  base::Counter vanished;  // peers that no longer answered pings
};

struct StreamContext {
  std::shared_ptr<EventLoop> loop;
  ConnectionSet& connections;
  ByteBudget& budget;
  session::Registry& registry;
  const base::Clock& clock;
  StreamTimes times;
  OutboxLimits outbox;
  std::size_t frame_bytes_max;
  base::Duration heartbeat;
  StreamMetrics metrics;
};

// When reconnecting makes sense, spread over twice the asked time, so that a restart is not followed by everybody at once.
base::Duration spread(base::Duration retry_after);

// An exception that leaves the work of one stream ends that stream, not the server: it is logged, and the answer is false.
template <typename Work>
bool went_well(Work& work) noexcept {
  try {
    work();
    return true;
  } catch (const std::exception& exception) {
    base::log::error("stream_exception", "A stream failed inside the server.", {{"what", exception.what()}});
    return false;
  }
}

}  // namespace hazard::serve
