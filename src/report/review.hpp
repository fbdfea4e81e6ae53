// What people do with hazards: confirm, dismiss with a reason, mark as fixed, reopen, archive, merge, split; and what erasing takes with
// it. Called in jobs on the store's writer thread. Every change grows the hazard's version and adds to its history; nothing is
// changed when a refusal is returned.
//
// Optimistic concurrency: a change may name the version it was made for (the ETag of the page); another one refuses it.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace hazard::report {

struct Refusal {
  enum class Kind : std::uint8_t {
    not_found,
    version_mismatch,  // somebody changed it meanwhile: `current_version` is theirs
    not_allowed,       // no way leads from its state to the one asked for
    invalid,           // a reason is missing, or the sightings are not this hazard's
  };
  Kind kind = Kind::invalid;
  std::string message;
  std::int64_t current_version = 0;
};

template <typename T>
using Reviewed = std::expected<T, Refusal>;

struct Change {
  std::string hazard_id;
  std::optional<std::int64_t> expected_version;  // empty: whatever it is
  std::string actor;                             // who, as the history shows it
  std::string reason;                            // why; needed to dismiss
  base::WallTime at{};
};

inline constexpr std::size_t kReasonBytesMost = 2000;

bool may_become(domain::ReviewState from, domain::ReviewState to) noexcept;

// To the state a hazard is in already: unchanged, no refusal (a button pressed twice). `merged` is reached by merge only.
Reviewed<domain::Hazard> set_state(store::Transaction& transaction, const Change& change, domain::ReviewState to);

Reviewed<domain::Hazard> set_note(store::Transaction& transaction, const Change& change, std::string note);

// All sightings of the hazards `from` become those of change.hazard_id, which keeps its class and state; the others stay as merged, so
// that their ids still lead there.
Reviewed<domain::Hazard> merge(store::Transaction& transaction, const Change& change, std::span<const std::string> from);

struct Split {
  domain::Hazard rest;
  domain::Hazard fresh;  // pending
};
// Takes some of a hazard's sightings out into a hazard of their own; at least one must stay.
Reviewed<Split> split(store::Transaction& transaction, const Change& change, std::span<const std::string> sighting_ids);

// The hazard that an id leads to, through merges; nothing for an unknown id.
std::optional<domain::Hazard> resolve(store::Reads& reads, std::string id);

// Each returns the ids of evidence pictures whose files must go too.
std::vector<std::string> erase_hazard(store::Transaction& transaction, const std::string& id);
// Their sightings, records, reports and coverage. Hazards that others saw too stay, folded again from what remains.
std::vector<std::string> erase_session(store::Transaction& transaction, const std::string& session_id, base::WallTime now);
std::vector<std::string> erase_client(store::Transaction& transaction, const std::string& client_key, base::WallTime now);

// Retention: what was last seen before `moment`, at most `most` hazards a call; and how many it were.
struct Expired {
  std::size_t hazards = 0;
  std::vector<std::string> evidence;
};
Expired expire(store::Transaction& transaction, base::WallTime moment, std::size_t most);

}  // namespace hazard::report
