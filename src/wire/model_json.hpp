// The model_info object of many bodies (legacy-clients 5.2). Used inside wire only; pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "domain/model_info.hpp"
#include "wire/json_writer.hpp"

namespace hazard::wire {

inline constexpr std::string_view kBackend = "openvino";
// What the original's model_info says of reports: the confidence from which one is made (legacy-clients 5.2).
inline constexpr double kReportThreshold = 0.6;

// `classes` is a list everywhere but in the replies of stateless single pictures, where old clients want a count.
enum class Classes : std::uint8_t { list, count };

void write_model(JsonWriter& json, const domain::ModelInfo& model, Classes classes,
                 double confidence_threshold = kReportThreshold);
void write_model_or_absence(JsonWriter& json, const domain::ModelInfo* model);

}  // namespace hazard::wire
