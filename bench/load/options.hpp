// What a load run is to do, as the command line says it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/error.hpp"
#include "domain/geometry.hpp"

namespace hazard::bench {

enum class Mode { binary, text };

// Sessions that do the same. Several groups make a mixed load.
struct SessionGroup {
  std::string name = "all";
  int sessions = 1;
  double fps = 0;         // of each session, by the clock; 0: lock-step
  double fps_limit = 30;  // asked of the server; lock-step faster than this needs more (STREAMING_MAX_FPS)
  bool reads = true;      // false: never reads a byte after the welcome
  std::string query;      // more of the handshake's query, e.g. "delivery=all"
  std::string folder;     // pictures to send; empty: the simulated drive
  domain::SizePx size{1280, 720};
  int quality = 80;
};

// For so long the first `sessions` of all sessions send, the others are connected and silent.
struct Phase {
  int sessions = 0;
  double seconds = 0;
};

struct LoadOptions {
  std::string url = "ws://127.0.0.1:8080";
  Mode mode = Mode::binary;
  std::vector<SessionGroup> groups;  // at least one
  std::vector<Phase> phases;         // at least one
  double warm_up_seconds = 1;        // lock-step frames before the clock starts, not counted
  double arrive_seconds = 0;         // > 0: sessions connect one by one, so far apart, until the server refuses one
  int server_pid = 0;
  int idle_sockets = 0;  // connected, silent, beside the load
  std::string trace;     // a file for one line per frame; empty: none

  int sessions() const;
  double seconds() const;
};

// "name=greedy,sessions=1,fps=30,fps_limit=30,size=1280x720,quality=80,pictures=FOLDER,reads=no,query=delivery=all&fields=lean": what
// is not named stays as in `defaults`. Errors: invalid_value, naming the key.
domain::Result<SessionGroup> parse_group(std::string_view text, const SessionGroup& defaults);
// "1:10,4:10,1:10": sessions and seconds of each.
domain::Result<std::vector<Phase>> parse_phases(std::string_view text);
// "1280x720"
domain::Result<domain::SizePx> parse_size(std::string_view text);

}  // namespace hazard::bench
