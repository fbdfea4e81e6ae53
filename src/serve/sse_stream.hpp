// An event stream on /stream/events/{id}: what the reader's outbox holds goes out as unnamed events in a chunked response. Lives
// on the I/O thread; its end detaches a reader and nothing else: the session goes on, and the reader may come back.
#pragma once

#include <memory>

#include "serve/event_stream.hpp"
#include "session/session.hpp"

namespace hazard::serve {

void start_sse_stream(StreamContext& context, std::shared_ptr<session::Session> session, const EventOpening& opening,
                      TakenSocket socket);

}  // namespace hazard::serve
