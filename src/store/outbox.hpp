// The outbox: messages to other systems about hazards, kept until they are delivered. outgoing writes and sends them, serve shows them;
// the rows are kept by the store beside the hazards, in the same transactions. Plain data; any thread.
//
// What always holds: a row keeps its event's id through every attempt and restart; it is waiting, dead (given up, kept to be sent again
// by hand) or delivered (kept only where the receiver gave a receipt). Erasing a hazard erases its rows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/hazard.hpp"

namespace hazard::store {

enum class OutboxState : std::uint8_t { waiting, dead, delivered };
inline constexpr std::size_t kOutboxStateCount = 3;
std::string_view to_string(OutboxState state) noexcept;
std::optional<OutboxState> outbox_state_from(std::string_view text) noexcept;

struct OutboxRecord {
  std::int64_t number = 0;  // grows with every row; given by the store
  std::string event_id;     // UUID; the same for every target and attempt
  std::string target;       // key of the receiver
  std::string type;         // "hazard.created", ...
  std::string hazard_id;
  OutboxState state = OutboxState::waiting;
  base::WallTime created_at{};
  base::WallTime due_at{};  // of the next attempt
  int attempts = 0;
  int status = 0;       // HTTP status of the last attempt; 0: no answer
  std::string error;    // why the last attempt failed, for a person
  std::string receipt;  // what the receiver calls it
  std::optional<base::WallTime> ended_at;
  std::string body;
};

struct OutboxFilter {
  OutboxState state = OutboxState::dead;
  std::optional<std::string> target;
  std::int64_t offset = 0;
  std::int64_t limit = 20;
};

struct OutboxCount {
  std::string target;
  OutboxState state = OutboxState::waiting;
  std::int64_t rows = 0;
};

// How much may stay in the outbox, each target by itself. A moment that is not set bounds nothing.
struct OutboxBounds {
  std::int64_t waiting_most = 10'000;  // the oldest beyond are given up
  std::int64_t dead_most = 10'000;     // the oldest beyond are forgotten
  base::WallTime waiting_since{};      // what waits since before is given up
  base::WallTime dead_since{};         // what was given up before is forgotten
};

struct OutboxTrimmed {
  std::int64_t given_up = 0;
  std::int64_t forgotten = 0;
};

// What a job did to hazards, for whoever tells others.
struct Touched {
  std::vector<domain::HistoryEntry> history;  // as appended
  std::vector<std::string> seen;              // hazards with a sighting of a new pass; also when sightings moved between hazards
  std::vector<std::string> erased;            // hazards
  bool empty() const noexcept { return history.empty() && seen.empty() && erased.empty(); }
};

}  // namespace hazard::store
