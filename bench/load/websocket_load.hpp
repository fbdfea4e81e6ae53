// Sends frames over many WebSockets from one thread: lock-step, or open loop by the clock.
#pragma once

#include <string>
#include <vector>

#include "client/url.hpp"
#include "domain/error.hpp"
#include "domain/frame.hpp"
#include "load/tally.hpp"

namespace hazard::bench {

enum class Mode { binary, text };

struct LoadOptions {
  std::string url = "ws://127.0.0.1:8080";
  Mode mode = Mode::binary;
  int sessions = 1;
  double fps = 0;         // of each session, by the clock; 0: lock-step
  double fps_limit = 30;  // asked of the server; lock-step faster than this needs more (STREAMING_MAX_FPS)
  double seconds = 10;
  double warm_up_seconds = 1;  // lock-step frames before the clock starts, not counted
  std::string query;           // more of the handshake's query, e.g. "delivery=all"
  int server_pid = 0;
  int idle_sockets = 0;  // connected, silent, beside the load
};

struct LoadResult {
  Tally tally;
  ReportContext context;
};

domain::Result<LoadResult> run_websocket_load(const LoadOptions& options, const std::vector<domain::Bytes>& frames);

}  // namespace hazard::bench
