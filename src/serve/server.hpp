// The server as the program sees it: start, ask for the port, drain, join. No socket and no Beast in here. One I/O thread inside.
//
// Order of the end: drain(); join(); then stop the pipeline; then destroy the server and the services it was given. Workers may
// still hand over verdicts while the pipeline stops: they are dropped once the loop has ended.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "domain/error.hpp"
#include "domain/limits.hpp"
#include "serve/access_keys.hpp"
#include "session/registry.hpp"
#include "session/single_picture.hpp"

namespace hazard::desk {
class Desk;
}
namespace hazard::outgoing {
class Delivery;
}

namespace hazard::serve {

class DriveDoor;

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: any free one
  std::vector<std::uint16_t> extra_ports;
  std::vector<std::string> cors_origins;
  AccessKeys keys;               // when there are any, every route that is not for everyone asks for one
  bool public_metrics = true;    // else /metrics and /status are there for administrators only
  bool allow_anonymous = false;  // else needed to listen beyond loopback; routes for administrators stay closed without a key
  int connections_max = 2000;
  std::size_t frame_bytes_max = domain::kFrameBytesMaxDefault;
  // Of unfinished bodies and of unfinished WebSocket messages, all connections together. Apart from each other, so that whoever
  // uploads slowly costs no stream its place.
  std::size_t body_bytes_max = 256 * 1024 * 1024;
  std::size_t message_bytes_max = 128 * 1024 * 1024;
  std::size_t answer_bytes_max = 256 * 1024 * 1024;  // of answers that wait to be read, streams' own apart
  std::chrono::milliseconds heartbeat{30'000};
  std::chrono::milliseconds drain_deadline{8'000};   // then whatever is left is cut
  std::chrono::milliseconds reconnect_after{1'000};  // told to streams when the server stops
  // Deadlines of slow peers, shortened by tests.
  std::chrono::milliseconds head_deadline{5'000};
  std::chrono::milliseconds body_window{5'000};
  std::chrono::milliseconds body_grace{30'000};
  std::chrono::milliseconds idle_deadline{60'000};
  std::chrono::milliseconds write_stall{10'000};
  std::chrono::milliseconds write_grace{60'000};
  std::chrono::milliseconds message_deadline{60'000};
  std::chrono::milliseconds sse_comment{15'000};
};

// What the server needs to exist; all of it outlives the server.
struct Dependencies {
  session::Registry& registry;
  session::SinglePictureDoor& pictures;
  std::string version;
  std::function<std::string()> model_error;  // a sentence while the model is not ready, else empty; may be empty itself
  outgoing::Delivery* delivery = nullptr;    // null: nobody is told of hazards
  desk::Desk* desk = nullptr;                // null: no sessions of pages, no reports
  DriveDoor* drives = nullptr;               // null: drives cannot be uploaded
};

class Server {
 public:
  // Binds, then serves at once. Errors: invalid_value in a sentence for the operator (address, port, missing leave to listen
  // beyond loopback).
  static domain::Result<std::unique_ptr<Server>> start(const ServerOptions& options, Dependencies dependencies);
  virtual ~Server() = default;  // cuts what is left

  virtual std::uint16_t port() const noexcept = 0;
  virtual std::vector<std::uint16_t> ports() const = 0;

  // From any thread, at once: stops accepting, ends sessions with a goodbye, lets answers that were begun finish. Safe to repeat.
  virtual void drain() = 0;
  // Waits until drain() is done, at the latest at its deadline.
  virtual void join() = 0;
};

}  // namespace hazard::serve
