#include "wire/detection_json.hpp"

#include <cmath>

namespace hazard::wire {
namespace {

constexpr int kPixelDigits = 2;  // a hundredth of a pixel: far below what any detector knows
constexpr int kConfidenceDigits = 4;
constexpr int kEpochDigits = 6;

// A box as it will be read back: in hundredths of a pixel, so that width, centre and area agree with the corners exactly.
struct RoundedBox {
  double x1 = 0, y1 = 0, x2 = 0, y2 = 0;
};

// A box thinner than a hundredth of a pixel must not become empty by rounding.
void keep_apart(double& low, double& high) {
  if (!(low >= high)) return;
  if (low >= 1) {
    low = high - 1;
  } else {
    high = low + 1;
  }
}

RoundedBox rounded(const domain::PixelBox& box) {
  const auto hundredths = [](float pixels) { return std::round(static_cast<double>(pixels) * 100); };
  RoundedBox result{hundredths(box.x1), hundredths(box.y1), hundredths(box.x2), hundredths(box.y2)};
  keep_apart(result.x1, result.x2);
  keep_apart(result.y1, result.y2);
  return result;
}

void pixels(JsonWriter& json, double hundredths) { json.fixed(hundredths / 100, kPixelDigits); }

void pixel_field(JsonWriter& json, std::string_view name, double hundredths) {
  json.key(name);
  pixels(json, hundredths);
}

void corners(JsonWriter& json, std::string_view name, const RoundedBox& box) {
  json.key(name).begin_array();
  pixels(json, box.x1);
  pixels(json, box.y1);
  pixels(json, box.x2);
  pixels(json, box.y2);
  json.end_array();
}

void measures(JsonWriter& json, const RoundedBox& box) {
  const double width = box.x2 - box.x1;
  const double height = box.y2 - box.y1;
  json.fixed_field("center_x", (box.x1 + box.x2) / 200, kPixelDigits + 1);
  json.fixed_field("center_y", (box.y1 + box.y2) / 200, kPixelDigits + 1);
  pixel_field(json, "width", width);
  pixel_field(json, "height", height);
  json.fixed_field("area", width * height / 10'000, kPixelDigits);
}

void track_fields(JsonWriter& json, const domain::TrackedDetection& tracked) {
  if (tracked.track) {
    json.field("track_id", tracked.track->id);
    json.field("age_frames", static_cast<std::uint64_t>(tracked.track->age_frames));
  }
  if (tracked.predicted) json.field("predicted", true);
}

// The name without a copy while the model knows it.
void name_fields(JsonWriter& json, std::initializer_list<std::string_view> keys, const domain::ModelInfo* model, int class_id) {
  const bool known = model != nullptr && class_id >= 0 && static_cast<std::size_t>(class_id) < model->classes.size();
  const std::string made_up = known ? std::string() : class_name(model, class_id);
  const std::string_view name = known ? std::string_view(model->classes[static_cast<std::size_t>(class_id)]) : made_up;
  for (const std::string_view key : keys) json.field(key, name);
}

}  // namespace

std::string class_name(const domain::ModelInfo* model, int class_id) {
  if (model != nullptr && class_id >= 0 && static_cast<std::size_t>(class_id) < model->classes.size()) {
    return model->classes[static_cast<std::size_t>(class_id)];
  }
  return "class_" + std::to_string(class_id);
}

void write_full_detection(JsonWriter& json, const domain::TrackedDetection& tracked, const domain::ModelInfo* model,
                          std::optional<double> timestamp, const ReportMark& mark) {
  const domain::Detection& detection = tracked.detection;
  const RoundedBox box = rounded(detection.box);
  json.begin_object();
  corners(json, "bbox", box);
  json.key("box").begin_object();
  pixel_field(json, "x", box.x1);
  pixel_field(json, "y", box.y1);
  pixel_field(json, "w", box.x2 - box.x1);
  pixel_field(json, "h", box.y2 - box.y1);
  json.end_object();
  pixel_field(json, "x1", box.x1);
  pixel_field(json, "y1", box.y1);
  pixel_field(json, "x2", box.x2);
  pixel_field(json, "y2", box.y2);
  json.fixed_field("confidence", detection.confidence, kConfidenceDigits);
  json.fixed_field("score", detection.confidence, kConfidenceDigits);
  json.field("class_id", detection.class_id);
  json.field("classId", detection.class_id);
  name_fields(json, {"class_name", "className", "label"}, model, detection.class_id);
  measures(json, box);
  json.field("is_new", mark.is_new || (tracked.track && tracked.track->is_new));
  if (mark.report_id.empty()) {
    json.key("report_id").null();
  } else {
    json.field("report_id", mark.report_id);
  }
  if (timestamp) json.fixed_field("timestamp", *timestamp, kEpochDigits);
  track_fields(json, tracked);
  json.end_object();
}

void write_lean_detection(JsonWriter& json, const domain::TrackedDetection& tracked, const domain::ModelInfo* model) {
  const domain::Detection& detection = tracked.detection;
  json.begin_object();
  corners(json, "bbox", rounded(detection.box));
  json.fixed_field("confidence", detection.confidence, kConfidenceDigits);
  json.field("class_id", detection.class_id);
  name_fields(json, {"class_name"}, model, detection.class_id);
  if (tracked.track) json.field("is_new", tracked.track->is_new);
  track_fields(json, tracked);
  json.end_object();
}

void write_v1_detection(JsonWriter& json, const domain::TrackedDetection& tracked, const domain::ModelInfo* model) {
  const domain::Detection& detection = tracked.detection;
  const RoundedBox box = rounded(detection.box);
  json.begin_object();
  name_fields(json, {"class_name"}, model, detection.class_id);
  json.fixed_field("confidence", detection.confidence, kConfidenceDigits);
  corners(json, "box", box);
  json.field("class_id", detection.class_id);
  measures(json, box);
  json.end_object();
}

}  // namespace hazard::wire
