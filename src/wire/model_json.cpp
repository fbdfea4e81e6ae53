#include "wire/model_json.hpp"

namespace hazard::wire {

void write_model(JsonWriter& json, const domain::ModelInfo& model, Classes classes, double confidence_threshold) {
  const auto count = static_cast<std::uint64_t>(model.classes.size());
  json.begin_object().field("status", "loaded").field("backend", kBackend).field("model_name", model.name);
  json.field("version", model.version).key("classes");
  if (classes == Classes::list) {
    json.begin_array();
    for (const std::string& name : model.classes) json.value(name);
    json.end_array();
  } else {
    json.value(count);
  }
  json.field("class_count", count);
  json.key("input_shape").begin_array().value(1).value(3).value(model.input.height).value(model.input.width).end_array();
  json.key("output_shape").begin_array();
  for (const long side : model.output_shape) json.value(std::int64_t{side});
  json.end_array();
  json.field("device", model.device).field("performance_mode", model.performance_mode).field("precision", model.precision);
  json.field("async_inference", true).field("confidence_threshold", confidence_threshold).field("tracking_enabled", true);
  json.field("streams", model.streams).field("threads", model.threads).field("trained", model.trained);
  json.end_object();
}

void write_model_or_absence(JsonWriter& json, const domain::ModelInfo* model) {
  if (model != nullptr) {
    write_model(json, *model, Classes::list);
  } else {
    json.begin_object().field("status", "not_loaded").field("backend", kBackend).end_object();
  }
}

}  // namespace hazard::wire
