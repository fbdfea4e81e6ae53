// A session as it is kept in a file while the server restarts, and the text of that file: a head line, a line of JSON for each
// session, a last line with the digest of all before it. Written and read by this server only, but read as a stranger's bytes:
// what comes out of parse_saved_sessions() keeps every law a live session keeps. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "domain/error.hpp"
#include "domain/stream_config.hpp"
#include "wire/server_message.hpp"

namespace hazard::wire {

// A verdict that may have to be said again.
struct SavedVerdict {
  std::uint64_t event = 0;
  std::uint64_t seq = 0;
  bool is_result = false;
  std::string json;  // the message as it was sent first: one line, begins with {" and ends with }
};

struct SessionState {
  std::string session_id;
  bool websocket = false;
  domain::StreamConfig config;
  Counters counters;               // in_flight is 0
  std::uint64_t last_seq = 0;      // = counters.received
  std::uint64_t last_event = 0;    // = the verdicts there were, hence also counters.received
  std::uint64_t handed_event = 0;  // the last one that was written to the session's own connection
  std::string token;               // digests of the tokens that open it, in hex; the second may be empty
  std::string previous_token;
  double created_at = 0;  // epoch seconds
  double total_ms_sum = 0;
  std::string tracker;                 // bytes of track::Tracker::save; empty: none
  std::vector<SavedVerdict> verdicts;  // the newest ones, consecutive, the last one has last_event; may be empty
};

struct SavedSessions {
  double saved_at = 0;  // epoch seconds
  std::vector<SessionState> sessions;
  std::size_t refused = 0;  // lines that were no session
};

// At most `bytes_max` long: each session may take the same share, and gives up its oldest verdicts for it; one that is still too
// large is left out. How many were left out is told by `left_out`.
std::string saved_sessions(const std::vector<SessionState>& sessions, base::WallTime now, std::size_t bytes_max,
                           std::size_t* left_out = nullptr);

// Errors: invalid_value for a text that was not written by saved_sessions() or was damaged since.
domain::Result<SavedSessions> parse_saved_sessions(std::string_view text);

}  // namespace hazard::wire
