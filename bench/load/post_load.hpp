// The other two doors: single pictures by POST, and sessions by REST with an event stream. One group of sessions, one phase.
#pragma once

#include "load/websocket_load.hpp"

namespace hazard::bench {

// Each session is one keep-alive connection that posts to /detect, lock-step or by the clock (a frame that is due while the one
// before is unanswered waits: HTTP has no second slot).
domain::Result<LoadResult> run_post_load(const LoadOptions& options, const Frames& frames);

// Each session has two connections: uploads to /stream/process, verdicts from /stream/events.
domain::Result<LoadResult> run_sse_load(const LoadOptions& options, const Frames& frames);

}  // namespace hazard::bench
