// Writes one detection: the superset object of old clients, or each value once (legacy-clients 4.1, streaming section 6).
// Shared by stream results and the bodies of single pictures. Pure functions. What always holds: coordinates have two
// digits, and x1 < x2 and y1 < y2 still hold after that rounding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/detection.hpp"
#include "domain/model_info.hpp"
#include "wire/json_writer.hpp"

namespace hazard::wire {

// The class's name from the model; "class_7" for an id that the model's list does not hold.
std::string class_name(const domain::ModelInfo* model, int class_id);

// What the report rule says of a detection of a page's session.
struct ReportMark {
  std::string_view report_id;  // empty: null
  bool is_new = false;         // the report was made from this picture
};

// `timestamp` is epoch seconds, written when given.
void write_full_detection(JsonWriter& json, const domain::TrackedDetection& tracked, const domain::ModelInfo* model,
                          std::optional<double> timestamp, const ReportMark& mark = {});

void write_lean_detection(JsonWriter& json, const domain::TrackedDetection& tracked, const domain::ModelInfo* model);

// POST /api/v1/detect: `box` is an array there (legacy-clients 5.1).
void write_v1_detection(JsonWriter& json, const domain::TrackedDetection& tracked, const domain::ModelInfo* model);

}  // namespace hazard::wire
