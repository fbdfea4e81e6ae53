// The fields that several client messages share: a frame's label, time and place, and a configuration's values. Used by the
// parsers of this folder only. Errors are invalid_value naming the field; a place that is not well formed is left out, because
// old clients send odd metadata and their frames must still be answered.
#pragma once

#include <optional>
#include <string>

#include "domain/error.hpp"
#include "domain/frame.hpp"
#include "domain/stream_config.hpp"
#include "wire/json_reader.hpp"

namespace hazard::wire {

// The label of a frame: a string, or a number kept as its text; empty when there is none. At most kFrameIdBytesMax bytes.
domain::Result<std::string> read_frame_id(const JsonDocument& document, const JsonNode& message);

// `metadata.location`, or the position that `metadata` itself holds, in any of the spellings of legacy-clients W12.
std::optional<domain::Location> read_location(const JsonDocument& document, const JsonNode& message);

// Degrees within range, or nothing.
std::optional<domain::Location> make_location(double latitude, double longitude);

// Fields of a configuration object; null is the same as absent, unknown names are ignored.
domain::Result<domain::StreamConfigPatch> read_config(const JsonDocument& document, const JsonNode& object);

}  // namespace hazard::wire
