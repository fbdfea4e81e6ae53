// An event stream on /stream/events/{id}: what the reader's outbox holds goes out as unnamed events in a chunked response. Lives
// on the I/O thread; its end detaches a reader and nothing else: the session goes on, and the reader may come back.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "serve/stream_context.hpp"
#include "serve/taken_socket.hpp"
#include "session/session.hpp"

namespace hazard::serve {

struct SseOpening {
  std::string request_id;
  std::string cors_lines;
  std::optional<std::uint64_t> last_event;  // replay what came after
  int minor_version = 1;                    // HTTP/1.0 readers get no chunks
};

void start_sse_stream(StreamContext& context, std::shared_ptr<session::Session> session, SseOpening opening, TakenSocket socket);

}  // namespace hazard::serve
