#include "wire/legacy_message.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "wire/client_fields.hpp"
#include "wire/detection_json.hpp"
#include "wire/json_fields.hpp"
#include "wire/json_reader.hpp"
#include "wire/model_json.hpp"

namespace hazard::wire {
namespace {

using domain::ErrorCode;
using domain::refuse;

constexpr int kPixelDigits = 2;
constexpr int kConfidenceDigits = 4;

// What every reply to a picture says beside its detections (legacy-clients 4.2, 15 row 6).
void write_picture_facts(JsonWriter& json, const domain::FrameResult& result, const domain::ModelInfo& model) {
  size_field(json, "image_size", result.picture);
  json.field("width", result.picture.width).field("height", result.picture.height);
  json.field("orientation_applied", result.orientation_applied).key("timings").begin_object();
  ms_field(json, "preprocess_ms", result.times.decode);
  ms_field(json, "infer_ms", result.times.inference);
  ms_field(json, "postprocess_ms", result.times.postprocess);
  ms_field(json, "total_ms", result.times.total);
  json.end_object().key("engine").begin_object();
  json.field("name", "remote").field("backend", kBackend).field("version", model.version).end_object();
}

void write_corner_detections(JsonWriter& json, const domain::FrameResult& result, const domain::ModelInfo& model) {
  json.begin_array();
  for (const auto& tracked : result.detections) {
    const auto& box = tracked.detection.box;
    json.begin_object();
    json.fixed_field("x1", static_cast<double>(box.x1), kPixelDigits)
        .fixed_field("y1", static_cast<double>(box.y1), kPixelDigits);
    json.fixed_field("x2", static_cast<double>(box.x2), kPixelDigits)
        .fixed_field("y2", static_cast<double>(box.y2), kPixelDigits);
    json.fixed_field("score", static_cast<double>(tracked.detection.confidence), kConfidenceDigits);
    json.field("classId", tracked.detection.class_id).field("class_name", class_name(&model, tracked.detection.class_id));
    json.end_object();
  }
  json.end_array();
}

// The same once more as columns, for readers of the camelCase variant (legacy-clients section 10).
void write_columns(JsonWriter& json, const domain::FrameResult& result) {
  json.key("boxes").begin_array();
  for (const auto& tracked : result.detections) {
    const auto& box = tracked.detection.box;
    json.begin_array();
    for (const float corner : {box.x1, box.y1, box.x2, box.y2}) json.fixed(static_cast<double>(corner), kPixelDigits);
    json.end_array();
  }
  json.end_array().key("scores").begin_array();
  for (const auto& tracked : result.detections) json.fixed(static_cast<double>(tracked.detection.confidence), kConfidenceDigits);
  json.end_array().key("classes").begin_array();
  for (const auto& tracked : result.detections) json.value(tracked.detection.class_id);
  json.end_array();
}

std::string_view readiness_word(const ServiceView& service) { return service.ready ? "loaded_openvino" : "loading"; }

domain::Result<double> threshold_of(const JsonDocument& document, double otherwise) {
  const JsonNode* node = document.find(document.root(), "confidence_threshold");
  if (node == nullptr || node->is(JsonKind::null)) return otherwise;
  if (!node->is(JsonKind::number) || node->number < 0.01 || node->number > 1) {
    return refuse(ErrorCode::invalid_value, "confidence_threshold must be a number from 0.01 to 1");
  }
  return node->number;
}

domain::Result<std::chrono::milliseconds> timeout_of(const JsonDocument& document) {
  const JsonNode* node = document.find(document.root(), "timeout_ms");
  if (node == nullptr || node->is(JsonKind::null)) return kBase64TimeoutMost;
  if (!node->is(JsonKind::number) || node->number < 1)
    return refuse(ErrorCode::invalid_value, "timeout_ms must be a number of milliseconds from 1");
  const double most = static_cast<double>(kBase64TimeoutMost.count());
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::min(node->number, most)));
}

domain::Result<std::string> short_text(const JsonDocument& document, std::string_view name, std::string_view otherwise) {
  constexpr std::size_t kBytesMost = 128;
  const JsonNode* node = document.find(document.root(), name);
  if (node == nullptr || node->is(JsonKind::null)) return std::string(otherwise);
  if (!node->is(JsonKind::string) || node->text.size() > kBytesMost)
    return refuse(ErrorCode::invalid_value, std::string(name) + " must be a string of at most 128 bytes");
  return std::string(node->text);
}

}  // namespace

std::string service_status(const ServiceView& service, const domain::ModelInfo* model, const StatusFacts& facts) {
  return object_text([&](JsonWriter& json) {
    json.field("status", "ok").field("model_status", readiness_word(service)).field("backend_inference", service.ready);
    json.field("backend_type", kBackend).field("active_sessions", static_cast<std::uint64_t>(facts.page_sessions));
    json.field("version", service.version).key("device_info");
    write_model_or_absence(json, model);
    json.key("environment").begin_object().field("platform", "linux").field("python_version", "none").field("hostname", "");
    json.field("deployment_env", "server").field("port", facts.port).field("cors_enabled", true);
    json.field("mobile_friendly", true).end_object();
    json.key("model_files").begin_object().field("openvino_model", model == nullptr ? std::string() : model->name);
    json.key("pytorch_model").null().field("current_backend", kBackend);
    json.field("model_classes", model == nullptr ? std::uint64_t{0} : static_cast<std::uint64_t>(model->classes.size()));
    json.field("input_size", model == nullptr ? 0 : model->input.width).end_object();
    json.key("endpoints").begin_object().field("health", "/health").field("status", "/status");
    json.field("session_start", "/session/start").field("session_detect", "/detect/{session_id}");
    json.field("legacy_detect", "/detect").field("batch_detect", "/detect-batch").end_object();
    json.key("configuration").begin_object().field("confidence_threshold", facts.confidence_threshold);
    json.field("iou_threshold", 0.45).field("tracking_enabled", true);
    json.field("openvino_device", model == nullptr ? std::string() : model->device);
    json.field("performance_mode", model == nullptr ? std::string() : model->performance_mode).end_object();
  });
}

std::string model_status_object(const ServiceView& service, const domain::ModelInfo* model) {
  return object_text([&](JsonWriter& json) {
    json.field("status", service.ready ? "loaded" : "loading").field("model_loaded", service.ready).key("model_info");
    write_model_or_absence(json, model);
    json.key("classes").begin_array();
    if (model != nullptr) {
      for (const std::string& name : model->classes) json.value(name);
    }
    json.end_array();
  });
}

std::string small_health(std::string_view service_name, const ServiceView& service, bool keeps, base::WallTime now) {
  return object_text([&](JsonWriter& json) {
    json.field("status", "healthy").field("service", service_name).field("model_loaded", service.ready);
    json.field("redis_connected", false).field("cloudinary_configured", false).field("reports_kept", keeps);
    epoch_field(json, "timestamp", now);
  });
}

domain::Result<Base64Request> parse_base64_request(std::string_view text) {
  const auto document = JsonDocument::parse(text);
  if (!document) return std::unexpected(document.error());
  const JsonNode* image = document->find(document->root(), "image");
  if (image == nullptr || !image->is(JsonKind::string)) return refuse(ErrorCode::missing_image, "Field required: image");
  const auto threshold = threshold_of(*document, 0.5);
  if (!threshold) return std::unexpected(threshold.error());
  const auto timeout = timeout_of(*document);
  if (!timeout) return std::unexpected(timeout.error());
  // A copy: text with escapes (many writers escape "/", some break lines) belongs to the document.
  return Base64Request{.image = std::string(image->text), .confidence_threshold = *threshold, .timeout = *timeout};
}

std::string base64_reply(const domain::FrameResult& result, const domain::ModelInfo& model, double processing_time_ms,
                         double confidence_threshold) {
  return object_text([&](JsonWriter& json) {
    json.field("success", true).key("detections");
    write_corner_detections(json, result, model);
    json.key("predictions");
    write_corner_detections(json, result, model);
    json.fixed_field("processing_time_ms", processing_time_ms, kMsDigits);
    write_picture_facts(json, result, model);
    json.key("model_info");
    write_model(json, model, Classes::count, confidence_threshold);
  });
}

std::string batch_reply(std::span<const BatchItem> items, const domain::ModelInfo& model, double processing_time_ms) {
  std::int64_t good = 0;
  std::int64_t index = 0;
  return object_text([&](JsonWriter& json) {
    json.field("success", true).key("results").begin_array();
    for (const BatchItem& item : items) {
      json.begin_object().field("file_index", index++).field("filename", item.filename);
      json.field("success", item.result.has_value());
      if (item.result) {
        ++good;
        json.key("detections").begin_array();
        for (const auto& tracked : item.result->detections) write_full_detection(json, tracked, &model, std::nullopt);
        json.end_array();
        size_field(json, "image_size", item.result->picture);
        json.field("orientation_applied", item.result->orientation_applied);
      } else {
        json.field("error", item.result.error());
      }
      json.end_object();
    }
    json.end_array().fixed_field("total_processing_time_ms", processing_time_ms, kMsDigits);
    json.field("processed_count", index).field("successful_count", good).key("model_info");
    write_model(json, model, Classes::list);
  });
}

std::string predict_reply(const domain::FrameResult& result, const domain::ModelInfo& model) {
  return object_text([&](JsonWriter& json) {
    json.key("detections").begin_array();
    for (const auto& tracked : result.detections) {
      const auto& box = tracked.detection.box;
      json.begin_object().key("bbox").begin_array();
      for (const float corner : {box.x1, box.y1, box.x2, box.y2}) json.fixed(static_cast<double>(corner), kPixelDigits);
      json.end_array().field("label", class_name(&model, tracked.detection.class_id));
      json.fixed_field("confidence", static_cast<double>(tracked.detection.confidence), kConfidenceDigits).end_object();
    }
    json.end_array().field("image_width", result.picture.width).field("image_height", result.picture.height);
    json.field("orientation_applied", result.orientation_applied);
  });
}

domain::Result<SessionStart> parse_session_start(std::string_view text) {
  SessionStart start;
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return start;
  const auto document = JsonDocument::parse(text);
  if (!document) return std::unexpected(document.error());
  if (document->root().is(JsonKind::null)) return start;
  if (!document->root().is(JsonKind::object)) return refuse(ErrorCode::invalid_value, "the body must be an object");
  const auto threshold = threshold_of(*document, start.confidence_threshold);
  if (!threshold) return std::unexpected(threshold.error());
  auto source = short_text(*document, "source", start.source);
  if (!source) return std::unexpected(source.error());
  auto user = short_text(*document, "user_id", "");
  if (!user) return std::unexpected(user.error());
  return SessionStart{.confidence_threshold = *threshold, .source = std::move(*source), .user_id = std::move(*user)};
}

std::string page_reply(const domain::FrameResult& result, const domain::ModelInfo& model, const PageReply& reply) {
  const double seconds = base::epoch_seconds(reply.at);
  const auto id_of = [&](std::size_t i) { return i < reply.report_ids.size() ? reply.report_ids[i] : std::string(); };
  const auto is_fresh = [&](std::size_t i) { return i < reply.fresh.size() && reply.fresh[i]; };
  return object_text([&](JsonWriter& json) {
    json.field("success", true).key("detections").begin_array();
    for (std::size_t i = 0; i < result.detections.size(); ++i) {
      const std::string id = id_of(i);
      write_full_detection(json, result.detections[i], &model, seconds, {.report_id = id, .is_new = is_fresh(i)});
    }
    json.end_array();
    write_columns(json, result);
    json.key("new_reports").begin_array();
    for (std::size_t i = 0; i < result.detections.size(); ++i) {
      if (!is_fresh(i)) continue;
      const std::string id = id_of(i);
      const auto& detection = result.detections[i].detection;
      json.begin_object().field("report_id", id).field("session_id", reply.session_id);
      json.field("hazard_type", class_name(&model, detection.class_id)).key("detection");
      write_full_detection(json, result.detections[i], &model, seconds, {.report_id = id, .is_new = true});
      json.fixed_field("timestamp", seconds, kEpochDigits).field("status", "pending").key("location").begin_object();
      json.key("bbox").begin_array();
      for (const float corner : {detection.box.x1, detection.box.y1, detection.box.x2, detection.box.y2})
        json.fixed(static_cast<double>(corner), kPixelDigits);
      json.end_array().key("center").begin_array();
      json.fixed(static_cast<double>((detection.box.x1 + detection.box.x2) / 2), kPixelDigits);
      json.fixed(static_cast<double>((detection.box.y1 + detection.box.y2) / 2), kPixelDigits).end_array().end_object();
      json.key("frame_info").begin_object().field("has_image", true);
      size_field(json, "image_size", result.picture);
      json.end_object();
      if (reply.persistent) {
        json.field("persistent_report_id", id);
      } else {
        json.key("persistent_report_id").null();
      }
      json.field("has_persistent_report", reply.persistent).end_object();
    }
    json.end_array().key("session_stats").begin_object().field("total_detections", reply.stats.total_detections);
    json.field("unique_hazards", reply.stats.unique_hazards).field("pending_reports", reply.stats.pending_reports).end_object();
    json.fixed_field("processing_time_ms", reply.processing_time_ms, kMsDigits);
    write_picture_facts(json, result, model);
    json.key("model_info");
    write_model(json, model, Classes::list);
    json.field("session_id", reply.session_id).fixed_field("timestamp", seconds, kEpochDigits);
  });
}

std::optional<domain::Location> location_of_pairs(const std::vector<std::pair<std::string, std::string>>& pairs) {
  const auto number = [&pairs](std::initializer_list<std::string_view> names) -> std::optional<double> {
    for (const std::string_view name : names) {
      for (const auto& [key, text] : pairs) {
        double value = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool whole = failure == std::errc{} && end == text.data() + text.size() && std::isfinite(value);
        if (key == name && whole) return value;
      }
    }
    return std::nullopt;
  };
  const auto latitude = number({"lat", "latitude"});
  const auto longitude = number({"lng", "lon", "longitude"});
  if (!latitude || !longitude) return std::nullopt;
  auto location = make_location(*latitude, *longitude);
  if (!location) return std::nullopt;
  if (const auto accuracy = number({"accuracy"}); accuracy && *accuracy >= 0) location->accuracy_m = accuracy;
  if (const auto heading = number({"heading"}); heading && *heading >= 0 && *heading <= 360) location->heading_deg = heading;
  if (const auto speed = number({"speed"}); speed && *speed >= 0) location->speed_mps = speed;
  return location;
}

}  // namespace hazard::wire
