// One HTTP/1.1 connection: reads a head, has it checked, routes it, reads its body within the route's limit, hands it to the
// handler, writes the answer, and starts over or gives the socket away to a stream. Lives on the I/O thread; every wait has a
// deadline; after a framing error there is one answer and not one more byte is parsed.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "serve/byte_budget.hpp"
#include "serve/connection_set.hpp"
#include "serve/event_loop.hpp"
#include "serve/gate.hpp"
#include "serve/taken_socket.hpp"

namespace hazard::serve {

struct HttpDeadlines {
  std::chrono::milliseconds head{5'000};         // from the first byte of a head (or the accept) to its end
  std::chrono::milliseconds idle{60'000};        // between two requests
  std::chrono::milliseconds body_window{5'000};  // a body must bring body_bytes_min in each such window
  std::size_t body_bytes_min = 4 * 1024;
  std::chrono::milliseconds body_grace{30'000};  // ... and once this is over, so much a second since then
  double body_bytes_a_second = 8 * 1024;
  // Also a body that brings its few bytes in every window has to be on its way to an end.
  bool is_quick(std::size_t in_window, std::size_t bytes, std::chrono::duration<double> since) const noexcept {
    return in_window >= body_bytes_min && static_cast<double>(bytes) >= body_bytes_a_second * (since - body_grace).count();
  }
  std::chrono::milliseconds handler{30'000};  // then 504
  std::chrono::milliseconds write_stall{10'000};
  std::chrono::milliseconds write_grace{
      60'000};  // once this is over, an answer must have been taken at so much a second since then
  double answer_bytes_a_second = 8 * 1024;
  bool is_taken(std::size_t bytes, std::chrono::duration<double> since) const noexcept {
    return static_cast<double>(bytes) >= answer_bytes_a_second * (since - write_grace).count();
  }
  std::chrono::milliseconds linger{2'000};
};

struct HttpMetrics {
  base::Counter requests;
  base::Counter refused_heads;             // never reached the router
  std::array<base::Counter, 5> responses;  // by hundreds: 1xx .. 5xx
  base::Histogram answer_time;             // from a whole head to the first byte of its answer
  base::Counter timeouts;
  base::Counter connections;
  base::Counter connections_refused;
  base::Counter exceptions;
};

// What all connections of a server share; outlives them.
struct HttpContext {
  std::shared_ptr<EventLoop> loop;
  Gate gate;
  const base::Clock& clock;
  HttpDeadlines deadlines;
  HeadLimits limits;
  ConnectionSet& connections;
  ByteBudget& bodies;
  ByteBudget& answers;
  HttpMetrics& metrics;
  bool draining = false;
};

class HttpConnection : public Connection {
 public:
  // Takes an accepted, non-blocking socket; registers itself with the context's connections and starts to read.
  static void start(HttpContext& context, TakenSocket socket, std::string peer);
};

}  // namespace hazard::serve
