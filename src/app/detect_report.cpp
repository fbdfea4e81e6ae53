#include "app/detect_report.hpp"

#include <fmt/format.h>

#include "wire/json_writer.hpp"

namespace hazard::app {
namespace {

std::string_view name_of(int class_id, const std::vector<std::string>& classes) {
  const auto index = static_cast<std::size_t>(class_id);
  return index < classes.size() ? std::string_view(classes[index]) : std::string_view("unknown");
}

// Quoted where RFC 4180 asks for it.
std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

std::string json_line(std::string_view file, const domain::FrameResult& result, const std::vector<std::string>& classes) {
  std::string line;
  wire::JsonWriter json(line);
  json.begin_object().field("file", file).field("width", result.picture.width).field("height", result.picture.height);
  json.key("detections").begin_array();
  for (const auto& [detection, track, predicted] : result.detections) {
    json.begin_object()
        .field("class_id", detection.class_id)
        .field("class_name", name_of(detection.class_id, classes))
        .fixed_field("confidence", detection.confidence, 4);
    json.key("bbox").begin_array();
    for (const float edge : {detection.box.x1, detection.box.y1, detection.box.x2, detection.box.y2}) json.fixed(edge, 2);
    json.end_array().end_object();
  }
  json.end_array();
  json.fixed_field("decode_ms", base::to_ms(result.times.decode), 3)
      .fixed_field("inference_ms", base::to_ms(result.times.inference), 3);
  json.end_object();
  return line + '\n';
}

std::string json_line(std::string_view file, const domain::Error& error) {
  std::string line;
  wire::JsonWriter json(line);
  json.begin_object()
      .field("file", file)
      .field("error", std::string_view(error.message))
      .field("code", domain::describe(error.code).name)
      .end_object();
  return line + '\n';
}

std::string csv_header() { return "file,class_id,class_name,confidence,x1,y1,x2,y2\r\n"; }

std::string csv_rows(std::string_view file, const domain::FrameResult& result, const std::vector<std::string>& classes) {
  std::string rows;
  for (const auto& [detection, track, predicted] : result.detections) {
    const auto& box = detection.box;
    rows += fmt::format("{},{},{},{:.4f},{:.2f},{:.2f},{:.2f},{:.2f}\r\n", csv_field(file), detection.class_id,
                        csv_field(name_of(detection.class_id, classes)), detection.confidence, box.x1, box.y1, box.x2, box.y2);
  }
  return rows;
}

}  // namespace hazard::app
