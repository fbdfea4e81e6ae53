#include "outgoing/event_writer.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/ids.hpp"
#include "outgoing/hazard_event.hpp"
#include "outgoing/open311.hpp"

namespace hazard::outgoing {
namespace {

using domain::ReviewState;

bool has_form(const Options& options, Form form) {
  return std::ranges::find(options.targets, form, &Target::form) != options.targets.end();
}

store::OutboxRecord record_of(const Target& target, std::string event_id, std::string type, const std::string& hazard_id,
                              base::WallTime now, std::string body) {
  store::OutboxRecord record;
  record.event_id = std::move(event_id);
  record.target = target.key;
  record.type = std::move(type);
  record.hazard_id = hazard_id;
  record.created_at = record.due_at = now;
  record.body = std::move(body);
  return record;
}

}  // namespace

EventWriter::EventWriter(const Options& options, const base::Clock& clock, OutgoingMetrics& metrics, Bounds bounds)
    : options_(options), clock_(clock), metrics_(metrics), bounds_(bounds) {}

void EventWriter::write(store::Transaction& transaction, const store::Touched& touched) const {
  if (has_form(options_, Form::event)) write_events(transaction, touched);
  if (has_form(options_, Form::open311)) write_service_requests(transaction, touched);
  const auto now = clock_.wall();
  for (const Target& target : options_.targets) {
    const auto trimmed =
        transaction.trim_outbox(target.key, {.waiting_most = bounds_.waiting_most, .dead_most = bounds_.dead_most}, now,
                                "Too many messages waited for this receiver.");
    metrics_.dead.add(static_cast<std::uint64_t>(trimmed.given_up));
    metrics_.forgotten.add(static_cast<std::uint64_t>(trimmed.forgotten));
  }
}

// Each kind of event once a job for a hazard, in the order in which they happened.
void EventWriter::write_events(store::Transaction& transaction, const store::Touched& touched) const {
  std::set<std::pair<std::string, std::string_view>> told;
  std::set<std::string> in_history;
  for (const auto& entry : touched.history) {
    in_history.insert(entry.hazard_id);
    const std::string_view type = type_of(entry);
    if (type == "changed" && told.contains({entry.hazard_id, "created"})) continue;
    if (told.emplace(entry.hazard_id, type).second) add_event(transaction, type, entry.hazard_id, &entry);
  }
  // Sightings also move between hazards, which the history says.
  for (const std::string& id : touched.seen) {
    if (!in_history.contains(id) && told.emplace(id, "seen").second) add_event(transaction, "seen", id, nullptr);
  }
  for (const std::string& id : touched.erased) {
    if (told.emplace(id, "deleted").second) add_event(transaction, "deleted", id, nullptr);
  }
}

void EventWriter::add_event(store::Transaction& transaction, std::string_view type, const std::string& hazard_id,
                            const domain::HistoryEntry* entry) const {
  HazardEvent event{
      .id = base::make_uuid(), .type = "hazard." + std::string(type), .at = clock_.wall(), .actor = {}, .reason = {}};
  const auto& wanted = options_.event_types;
  if (!wanted.empty() && std::ranges::find(wanted, event.type) == wanted.end()) return;
  if (entry != nullptr) {
    event.actor = entry->actor;
    event.reason = entry->reason;
  }
  const auto hazard = transaction.hazard(hazard_id);
  const bool deleted = type == "deleted";
  if (deleted == hazard.has_value()) return;
  if (type == "seen" && (hazard->state == ReviewState::dismissed || hazard->state == ReviewState::merged)) return;
  const std::string body = deleted ? deleted_body(event, hazard_id) : event_body(event, *hazard);
  for (const Target& target : options_.targets) {
    if (target.form == Form::event) transaction.append(record_of(target, event.id, event.type, hazard_id, event.at, body));
  }
}

void EventWriter::write_service_requests(store::Transaction& transaction, const store::Touched& touched) const {
  std::set<std::string> ids(touched.seen.begin(), touched.seen.end());
  for (const auto& entry : touched.history) ids.insert(entry.hazard_id);
  for (const std::string& id : ids) {
    const auto hazard = transaction.hazard(id);
    if (!hazard) continue;
    for (const Target& target : options_.targets) {
      if (target.form == Form::open311) follow(transaction, target, *hazard);
    }
  }
}

// One request for a hazard that a person confirmed and whose place is known; taken back while it still waits when that is over.
void EventWriter::follow(store::Transaction& transaction, const Target& target, const domain::Hazard& hazard) const {
  const auto known = transaction.outbox_of(target.key, hazard.id);
  if (hazard.state != ReviewState::confirmed) {
    for (const auto& record : known) {
      if (record.state == store::OutboxState::waiting) transaction.erase_outbox(record.number);
    }
    return;
  }
  const auto code = std::ranges::find(options_.service_codes, hazard.class_name, &std::pair<std::string, std::string>::first);
  if (!known.empty() || !hazard.place || code == options_.service_codes.end()) return;
  const auto fields = service_request(hazard, code->second, media_url(transaction, hazard.id));
  transaction.append(record_of(target, base::make_uuid(), "open311.request", hazard.id, clock_.wall(), form_text(fields)));
}

std::string EventWriter::media_url(store::Transaction& transaction, const std::string& hazard_id) const {
  if (options_.public_url.empty()) return {};
  const auto evidence = transaction.evidence_of(hazard_id);
  return evidence.empty() ? std::string() : options_.public_url + "/report/image/" + evidence.front().id;
}

}  // namespace hazard::outgoing
