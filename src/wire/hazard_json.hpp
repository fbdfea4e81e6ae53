// A hazard as everybody outside reads it: GET /hazards and the events of webhooks. Pure; any thread.
#pragma once

#include "domain/hazard.hpp"
#include "wire/json_writer.hpp"

namespace hazard::wire {

// The fields of a hazard into the object that is open. Nothing of them names a client or a session.
void write_hazard(JsonWriter& json, const domain::Hazard& hazard);

}  // namespace hazard::wire
