#include "outgoing/hazard_event.hpp"

#include "wire/hazard_json.hpp"
#include "wire/legacy_message.hpp"

namespace hazard::outgoing {
namespace {

void begin(wire::JsonWriter& json, const HazardEvent& event) {
  json.begin_object().field("id", event.id).field("type", event.type).field("timestamp", wire::iso_time(event.at, true));
  json.key("data").begin_object().field("actor", event.actor).field("reason", event.reason).key("hazard").begin_object();
}

void end(wire::JsonWriter& json) { json.end_object().end_object().end_object(); }

}  // namespace

std::string_view type_of(const domain::HistoryEntry& entry) noexcept {
  if (entry.action == "created") return "created";
  if (entry.to) return domain::to_string(*entry.to);
  return "changed";
}

std::string event_body(const HazardEvent& event, const domain::Hazard& hazard) {
  std::string text;
  wire::JsonWriter json(text);
  begin(json, event);
  wire::write_hazard(json, hazard);
  end(json);
  return text;
}

std::string deleted_body(const HazardEvent& event, std::string_view hazard_id) {
  std::string text;
  wire::JsonWriter json(text);
  begin(json, event);
  json.field("id", hazard_id);
  end(json);
  return text;
}

}  // namespace hazard::outgoing
