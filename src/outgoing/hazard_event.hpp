// What is told about hazards, as the body of a webhook: {"id","type","timestamp","data":{"hazard",...}}. Pure; the store's writer thread.
#pragma once

#include <string>
#include <string_view>

#include "domain/hazard.hpp"

namespace hazard::outgoing {

struct HazardEvent {
  std::string id;    // UUID; the same for every target and attempt
  std::string type;  // "hazard.confirmed", ...
  base::WallTime at{};
  std::string actor;   // as in the history; empty: nobody in particular
  std::string reason;  // for a person; may be empty
};

// The type for a line of a hazard's history, without "hazard.": "created", the new state's name, "merged" or "changed".
std::string_view type_of(const domain::HistoryEntry& entry) noexcept;

// With the hazard as it is once the change was kept.
std::string event_body(const HazardEvent& event, const domain::Hazard& hazard);
// Of one that was erased: nothing but its id is left.
std::string deleted_body(const HazardEvent& event, std::string_view hazard_id);

}  // namespace hazard::outgoing
