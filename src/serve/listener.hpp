// A listening socket: accepts, counts places, hands connections over. When descriptors or memory run out it pauses instead of
// spinning; beyond the limit of connections a client gets a short 503 and the end. Lives on the I/O thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "domain/error.hpp"
#include "serve/event_loop.hpp"
#include "serve/taken_socket.hpp"

namespace hazard::serve {

struct ListenerOptions {
  std::string host;
  std::uint16_t port = 0;  // 0: any free one
  int connections_max = 0;
  int backlog = 1024;
};

class Listener {
 public:
  using Accepted = std::function<void(TakenSocket, std::string peer)>;
  virtual ~Listener() = default;

  // Binds and listens; accepts nothing before start(). `taken` counts places over all listeners. Errors: invalid_value with a
  // sentence that names address, port, what is wrong and what to do.
  static domain::Result<std::shared_ptr<Listener>> bind(EventLoop& loop, const ListenerOptions& options,
                                                        std::shared_ptr<std::atomic<int>> taken);

  virtual std::uint16_t port() const noexcept = 0;
  virtual void start(Accepted accepted, std::function<void()> refused) = 0;
  virtual void stop() = 0;
};

}  // namespace hazard::serve
