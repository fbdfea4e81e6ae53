#include "report/review.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ids.hpp"
#include "report/fold.hpp"

namespace hazard::report {
namespace {

using domain::Hazard;
using domain::ReviewState;
using domain::Sighting;
using Kind = Refusal::Kind;

constexpr int kMergeStepsMost = 32;

std::unexpected<Refusal> refuse(Kind kind, std::string message, std::int64_t version = 0) {
  return std::unexpected(Refusal{kind, std::move(message), version});
}

Reviewed<Hazard> find(store::Transaction& transaction, const Change& change) {
  auto hazard = transaction.hazard(change.hazard_id);
  if (!hazard) return refuse(Kind::not_found, "No hazard has this id.");
  if (change.expected_version && *change.expected_version != hazard->version) {
    return refuse(Kind::version_mismatch,
                  "The hazard was changed meanwhile: it has version " + std::to_string(hazard->version) + " now.",
                  hazard->version);
  }
  if (change.reason.size() > kReasonBytesMost) {
    return refuse(Kind::invalid, "The reason is longer than " + std::to_string(kReasonBytesMost) + " bytes.");
  }
  return std::move(*hazard);
}

void keep(store::Transaction& transaction, Hazard& hazard, base::WallTime at) {
  ++hazard.version;
  hazard.updated_at = at;
  transaction.put(hazard);
}

void write(store::Transaction& transaction, const std::string& hazard_id, const Change& change, std::string action,
           std::optional<ReviewState> from, std::optional<ReviewState> to, std::string reason) {
  transaction.append(domain::HistoryEntry{.id = 0,
                                          .hazard_id = hazard_id,
                                          .at = change.at,
                                          .actor = change.actor,
                                          .action = std::move(action),
                                          .from = from,
                                          .to = to,
                                          .reason = std::move(reason)});
}

// refold() takes class and words from the sightings; a person's choice of hazard stands.
void refold_keeping_class(Hazard& hazard, std::span<const Sighting> sightings) {
  const int class_id = hazard.class_id;
  std::string class_name = hazard.class_name;
  refold(hazard, sightings);
  hazard.class_id = class_id;
  hazard.class_name = std::move(class_name);
}

void add_evidence(store::Transaction& transaction, const std::string& hazard_id, const std::string& sighting_id,
                  std::vector<std::string>& ids) {
  for (const store::EvidenceRecord& record : transaction.evidence_of(hazard_id)) {
    if (!sighting_id.empty() && record.sighting_id != sighting_id) continue;
    transaction.erase_evidence(record.id);
    ids.push_back(record.id);
  }
}

template <typename Belongs>
std::vector<std::string> erase_sightings(store::Transaction& transaction, const std::vector<std::string>& hazard_ids,
                                         base::WallTime now, Belongs belongs) {
  std::vector<std::string> evidence;
  for (const std::string& id : hazard_ids) {
    std::vector<Sighting> rest;
    for (Sighting& sighting : transaction.sightings_of(id)) {
      if (!belongs(sighting)) {
        rest.push_back(std::move(sighting));
        continue;
      }
      add_evidence(transaction, id, sighting.id, evidence);
      transaction.erase_sighting(sighting.id);
    }
    if (rest.empty()) {
      for (std::string& more : erase_hazard(transaction, id)) evidence.push_back(std::move(more));
      continue;
    }
    auto hazard = transaction.hazard(id);
    if (!hazard) continue;
    refold_keeping_class(*hazard, rest);
    hazard->reason = rest.front().reason;
    keep(transaction, *hazard, now);
  }
  return evidence;
}

}  // namespace

bool may_become(ReviewState from, ReviewState to) noexcept {
  using enum ReviewState;
  switch (from) {
    case pending: return to == confirmed || to == dismissed || to == fixed || to == archived;
    case confirmed: return to == pending || to == dismissed || to == fixed || to == archived;
    case dismissed: return to == pending || to == confirmed || to == archived;
    case fixed: return to == reopened || to == archived;
    case reopened: return to == confirmed || to == dismissed || to == fixed || to == archived;
    case archived: return to == reopened;
    case merged: return false;
  }
  return false;
}

Reviewed<Hazard> set_state(store::Transaction& transaction, const Change& change, ReviewState to) {
  auto hazard = find(transaction, change);
  if (!hazard || hazard->state == to) return hazard;
  if (!may_become(hazard->state, to)) {
    return refuse(Kind::not_allowed, "A hazard that is " + std::string(domain::to_string(hazard->state)) + " cannot become " +
                                         std::string(domain::to_string(to)) + ".");
  }
  if (to == ReviewState::dismissed && change.reason.empty()) {
    return refuse(Kind::invalid, "Say why the hazard is dismissed: for example that it is a manhole cover.");
  }
  write(transaction, hazard->id, change, "state", hazard->state, to, change.reason);
  hazard->state = to;
  if (to == ReviewState::dismissed) hazard->note = change.reason;
  keep(transaction, *hazard, change.at);
  return hazard;
}

Reviewed<Hazard> set_note(store::Transaction& transaction, const Change& change, std::string note) {
  auto hazard = find(transaction, change);
  if (!hazard) return hazard;
  if (note.size() > kReasonBytesMost) return refuse(Kind::invalid, "The note is longer than 2000 bytes.");
  write(transaction, hazard->id, change, "note", std::nullopt, std::nullopt, note);
  hazard->note = std::move(note);
  keep(transaction, *hazard, change.at);
  return hazard;
}

Reviewed<Hazard> merge(store::Transaction& transaction, const Change& change, std::span<const std::string> from) {
  auto into = find(transaction, change);
  if (!into) return into;
  if (into->state == ReviewState::merged) return refuse(Kind::not_allowed, "This hazard was merged into another one itself.");
  if (from.empty()) return refuse(Kind::invalid, "Name at least one hazard to merge into this one.");
  std::vector<Hazard> others;
  for (const std::string& id : from) {
    auto other = transaction.hazard(id);
    if (!other) return refuse(Kind::not_found, "No hazard has the id of one to be merged.");
    if (id == into->id) return refuse(Kind::invalid, "A hazard cannot be merged into itself.");
    if (other->state == ReviewState::merged) return refuse(Kind::not_allowed, "One of the hazards is merged already.");
    if (std::ranges::find(others, id, &Hazard::id) != others.end()) return refuse(Kind::invalid, "A hazard is named twice.");
    others.push_back(std::move(*other));
  }
  const std::string words = change.reason.empty() ? "" : ": " + change.reason;
  for (Hazard& other : others) {
    for (Sighting& sighting : transaction.sightings_of(other.id)) {
      sighting.hazard_id = into->id;
      transaction.put(sighting);
    }
    write(transaction, other.id, change, "merged", other.state, ReviewState::merged, "Into " + into->id + words);
    write(transaction, into->id, change, "merged", std::nullopt, std::nullopt, "With " + other.id + words);
    other.state = ReviewState::merged;
    other.merged_into = into->id;
    keep(transaction, other, change.at);
  }
  refold_keeping_class(*into, transaction.sightings_of(into->id));
  into->reason = "Merged by " + change.actor + " from " + std::to_string(others.size() + 1) + " hazards" + words + ".";
  keep(transaction, *into, change.at);
  return into;
}

Reviewed<Split> split(store::Transaction& transaction, const Change& change, std::span<const std::string> sighting_ids) {
  auto hazard = find(transaction, change);
  if (!hazard) return std::unexpected(hazard.error());
  if (hazard->state == ReviewState::merged) return refuse(Kind::not_allowed, "This hazard was merged into another one.");
  std::vector<Sighting> rest;
  std::vector<Sighting> out;
  for (Sighting& sighting : transaction.sightings_of(hazard->id)) {
    const bool goes = std::ranges::find(sighting_ids, sighting.id) != sighting_ids.end();
    (goes ? out : rest).push_back(std::move(sighting));
  }
  if (out.empty() || out.size() != sighting_ids.size()) {
    return refuse(Kind::invalid, "Name sightings of this hazard, each once, at least one.");
  }
  if (rest.empty()) return refuse(Kind::invalid, "At least one sighting must stay with the hazard.");
  const std::string words = change.reason.empty() ? "" : ": " + change.reason;
  Hazard fresh = begin_hazard(base::make_uuid(), out.front(), change.at);
  for (Sighting& sighting : out) {
    sighting.hazard_id = fresh.id;
    transaction.put(sighting);
  }
  refold(fresh, out);
  fresh.class_id = hazard->class_id;
  fresh.class_name = hazard->class_name;
  fresh.reason = "Split by " + change.actor + " from " + hazard->id + words + ".";
  refold_keeping_class(*hazard, rest);
  write(transaction, hazard->id, change, "split", std::nullopt, std::nullopt, "Into " + fresh.id + words);
  write(transaction, fresh.id, change, "created", std::nullopt, ReviewState::pending, fresh.reason);
  transaction.put(fresh);
  keep(transaction, *hazard, change.at);
  return Split{std::move(*hazard), std::move(fresh)};
}

std::optional<Hazard> resolve(store::Reads& reads, std::string id) {
  for (int step = 0; step < kMergeStepsMost; ++step) {
    auto hazard = reads.hazard(id);
    if (!hazard || hazard->state != ReviewState::merged) return hazard;
    id = hazard->merged_into;
  }
  return std::nullopt;
}

std::vector<std::string> erase_hazard(store::Transaction& transaction, const std::string& id) {
  std::vector<std::string> evidence;
  std::vector<std::string> open{id};
  while (!open.empty()) {
    const std::string current = std::move(open.back());
    open.pop_back();
    for (std::string& merged : transaction.hazards_merged_into(current)) open.push_back(std::move(merged));
    add_evidence(transaction, current, "", evidence);
    transaction.erase_hazard(current);
  }
  return evidence;
}

std::vector<std::string> erase_session(store::Transaction& transaction, const std::string& session_id, base::WallTime now) {
  std::vector<std::string> evidence =
      erase_sightings(transaction, transaction.hazards_seen_in_session(session_id), now,
                      [&](const Sighting& sighting) { return sighting.session_id == session_id; });
  transaction.erase_session(session_id);
  return evidence;
}

std::vector<std::string> erase_client(store::Transaction& transaction, const std::string& client_key, base::WallTime now) {
  std::vector<std::string> evidence =
      erase_sightings(transaction, transaction.hazards_seen_by_client(client_key), now,
                      [&](const Sighting& sighting) { return sighting.client_key == client_key; });
  transaction.erase_client(client_key);
  return evidence;
}

Expired expire(store::Transaction& transaction, base::WallTime moment, std::size_t most) {
  Expired expired;
  for (const std::string& id : transaction.hazards_last_seen_before(moment, most)) {
    for (std::string& evidence : erase_hazard(transaction, id)) expired.evidence.push_back(std::move(evidence));
    ++expired.hazards;
  }
  transaction.erase_older_than(moment);
  return expired;
}

}  // namespace hazard::report
