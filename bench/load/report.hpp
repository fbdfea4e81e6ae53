// What a load run prints: one line of JSON, and on request a line of CSV for every frame.
#pragma once

#include <string>
#include <vector>

#include "domain/error.hpp"
#include "load/options.hpp"
#include "load/tally.hpp"

namespace hazard::bench {

// One session at the end of a run.
struct SessionOutcome {
  std::string id;  // as the welcome says
  std::string group;
  bool reads = true;
  bool lost = false;  // its connection broke
  Tally tally;
  double granted_fps_first = 0;  // as told in the welcome; 0: not told
  double granted_fps_last = 0;   // as told last
  std::uint64_t quality_changes = 0;
  std::uint64_t suggestions = 0;
  std::uint64_t unsent = 0;  // frames that were due while the socket still had megabytes of earlier ones to take
};

// The first session that the server would not have, with --arrive.
struct Refusal {
  int sessions_before = 0;
  std::string words;
  double retry_after_seconds = 0;  // 0: not told
};

struct LoadResult {
  std::vector<SessionOutcome> sessions;
  std::vector<Phase> phases;
  Time started;
  double seconds = 0;  // measured
  Usage generator;     // spent during the run
  Usage server;        // likewise; zeros when its pid is unknown
  std::vector<Refusal> refusals;
};

// One JSON object on one line.
std::string report(const LoadResult& result);

// due_ms,came_ms,session,group,kind,reason,age_ms,width,height,every,predicted,reused; times since the start, a line per frame that
// ended. Errors: invalid_value when the file cannot be written.
domain::Result<void> write_trace(const std::string& file, const LoadResult& result);

}  // namespace hazard::bench
