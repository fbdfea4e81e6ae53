#include "wire/server_message.hpp"

#include <numeric>

#include "base/check.hpp"
#include "wire/detection_json.hpp"
#include "wire/json_fields.hpp"
#include "wire/json_reader.hpp"
#include "wire/json_writer.hpp"

namespace hazard::wire {
namespace {

// Measured sizes: a full detection is 560 to 620 bytes, a lean one about 130, the rest of a result 500 to 600.
constexpr std::size_t kFullDetectionBytes = 640;
constexpr std::size_t kLeanDetectionBytes = 160;
constexpr std::size_t kEnvelopeBytes = 768;

// `replayed` comes first, where mark_replayed() puts it.
void begin_verdict(JsonWriter& json, std::string_view type, const VerdictContext& context) {
  json.begin_object();
  if (context.replayed) json.field("replayed", true);
  json.field("type", type);
  epoch_field(json, "timestamp", context.now);
  json.field("event", context.event);
}

void write_detections(JsonWriter& json, const domain::FrameResult& result, const VerdictContext& context) {
  json.key("detections").begin_array();
  if (context.fields == domain::Fields::lean) {
    for (const auto& tracked : result.detections) write_lean_detection(json, tracked, context.model);
  } else {
    const double now = base::epoch_seconds(context.now);
    for (const auto& tracked : result.detections) write_full_detection(json, tracked, context.model, now);
  }
  json.end_array();
}

void write_timing(JsonWriter& json, const domain::StageTimes& times) {
  json.key("timing").begin_object();
  ms_field(json, "queue_ms", times.queue);
  ms_field(json, "decode_ms", times.decode);
  ms_field(json, "inference_ms", times.inference);
  ms_field(json, "postprocess_ms", times.postprocess);
  ms_field(json, "total_ms", times.total);
  json.end_object();
}

void write_suggestion(JsonWriter& json, const domain::Suggestion& suggest) {
  json.key("suggest").begin_object().field("fps", suggest.fps);
  if (suggest.width > 0) json.field("width", suggest.width);
  if (suggest.jpeg_quality > 0) json.field("jpeg_quality", suggest.jpeg_quality);
  json.end_object();
}

void write_result(JsonWriter& json, const domain::Verdict& verdict, const domain::FrameResult& result,
                  const VerdictContext& context) {
  begin_verdict(json, "detection_result", context);
  json.field("orientation_applied", result.orientation_applied);  // top level of every picture reply (legacy-clients 15, row 6)
  json.key("data").begin_object();
  json.field("frame_id", verdict.frame_id).field("seq", verdict.seq);
  if (verdict.timestamp) {
    json.field("timestamp", *verdict.timestamp);
  } else {
    epoch_field(json, "timestamp", context.now);
  }
  write_detections(json, result, context);
  ms_field(json, "processing_time_ms", result.times.total);
  json.field("session_id", context.session_id);
  size_field(json, "image", result.picture);
  write_timing(json, result.times);
  ms_field(json, "age_ms", context.age);
  json.key("quality").begin_object().field("mode", domain::to_string(context.quality_mode));
  size_field(json, "input", result.input);
  json.field("every", result.every).end_object();
  json.field("credits", result.credits).field("predicted", result.predicted);
  if (result.reused) json.field("reused", true);
  if (context.capture_age) ms_field(json, "capture_age_ms", *context.capture_age);
  if (result.suggest) write_suggestion(json, *result.suggest);
  json.end_object().end_object();
}

void write_error_fields(JsonWriter& json, const domain::Error& error) {
  const std::string_view code = domain::describe(error.code).name;
  json.field("error", error.message).field("code", code).field("error_code", code);
}

void write_frame_label(JsonWriter& json, const domain::Verdict& verdict) {
  json.field("frame_id", verdict.frame_id).field("seq", verdict.seq);
}

}  // namespace

void write_config(JsonWriter& json, const domain::StreamConfig& config) {
  json.begin_object();
  json.field("fps_limit", config.fps_limit);
  json.field("confidence_threshold", config.confidence_threshold);
  json.field("iou_threshold", config.iou_threshold);
  json.field("max_detections", config.max_detections);
  json.field("enable_tracking", config.enable_tracking);
  json.field("batch_processing", config.batch_processing);
  json.field("quality_mode", domain::to_string(config.quality_mode));
  json.field("delivery", domain::to_string(config.delivery));
  json.key("max_age_ms");
  if (config.max_age_ms) {
    json.value(*config.max_age_ms);
  } else {
    json.null();
  }
  json.field("fields", domain::to_string(config.fields));
  json.end_object();
}

namespace {

std::string simple_message(std::string_view type, base::WallTime now) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("type", type);
  epoch_field(json, "timestamp", now);
  json.end_object();
  return out;
}

}  // namespace

std::uint64_t Counters::total_drops() const noexcept { return std::accumulate(drops.begin(), drops.end(), std::uint64_t{0}); }

std::uint64_t Counters::total_errors() const noexcept {
  std::uint64_t total = 0;
  for (const auto& [code, count] : errors) total += count;
  return total;
}

std::string session_created(const SessionGreeting& greeting, const domain::ModelInfo& model, base::WallTime now) {
  std::string out;
  out.reserve(kEnvelopeBytes);
  JsonWriter json(out);
  json.begin_object();
  json.field("type", greeting.resumed ? "session_resumed" : "session_created");
  json.field("session_id", greeting.session_id).field("client_id", greeting.session_id);
  json.key("config");
  write_config(json, greeting.config);
  epoch_field(json, "timestamp", now);
  json.field("protocol", kProtocolVersion);
  json.field("resume_token", greeting.resume_token).field("resume_grace_ms", greeting.resume_grace_ms);
  if (greeting.resumed) json.field("last_seq", greeting.last_seq).field("last_event", greeting.last_event);
  json.fixed_field("granted_fps", greeting.granted_fps, kRateDigits);
  json.field("credits", greeting.credits);
  json.field("heartbeat_ms", greeting.heartbeat_ms);
  json.field("max_frame_bytes", static_cast<std::uint64_t>(greeting.max_frame_bytes));
  json.key("model").begin_object().field("name", model.name).field("version", model.version);
  json.key("classes").begin_array();
  for (const std::string& name : model.classes) json.value(name);
  json.end_array();
  size_field(json, "input", model.input);
  json.end_object().end_object();
  return out;
}

std::string verdict_message(const domain::Verdict& verdict, const VerdictContext& context) {
  std::string out;
  JsonWriter json(out);
  if (const auto* result = std::get_if<domain::FrameResult>(&verdict.outcome)) {
    const bool lean = context.fields == domain::Fields::lean;
    out.reserve(kEnvelopeBytes + result->detections.size() * (lean ? kLeanDetectionBytes : kFullDetectionBytes));
    write_result(json, verdict, *result, context);
    return out;
  }
  if (const auto* drop = std::get_if<domain::FrameDrop>(&verdict.outcome)) {
    begin_verdict(json, "frame_dropped", context);
    write_frame_label(json, verdict);
    json.field("reason", domain::to_string(drop->reason));
    if (drop->retry_after) ms_field(json, "retry_after_ms", *drop->retry_after);
    json.end_object();
    return out;
  }
  begin_verdict(json, "error", context);
  write_frame_label(json, verdict);
  write_error_fields(json, std::get<domain::Error>(verdict.outcome));
  json.end_object();
  return out;
}

std::string mark_replayed(std::string_view verdict_json) {
  constexpr std::string_view kMark = R"({"replayed":true,)";
  HAZARD_CHECK(verdict_json.starts_with("{\""));
  if (verdict_json.starts_with(kMark)) return std::string(verdict_json);
  std::string out;
  out.reserve(kMark.size() + verdict_json.size() - 1);
  out.append(kMark).append(verdict_json.substr(1));
  return out;
}

std::string error_message(const domain::Error& error, base::WallTime now) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("type", "error");
  epoch_field(json, "timestamp", now);
  write_error_fields(json, error);
  json.end_object();
  return out;
}

std::string quality_changed(const domain::QualityChange& change, domain::QualityMode mode, base::WallTime now) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("type", "quality_changed");
  json.key("quality").begin_object().field("mode", domain::to_string(mode));
  size_field(json, "input", change.input);
  json.field("every", change.every).end_object();
  json.field("reason", change.reason);
  epoch_field(json, "timestamp", now);
  json.end_object();
  return out;
}

std::string config_updated(const domain::StreamConfig& config, base::WallTime now) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("type", "config_updated").key("config");
  write_config(json, config);
  epoch_field(json, "timestamp", now);
  json.end_object();
  return out;
}

std::string pong(std::string_view echo_object, base::WallTime received_at, base::WallTime sent_at) {
  std::string out;
  out.reserve(echo_object.size() + 128);
  JsonWriter json(out);
  json.begin_object().field("type", "pong");
  bool own_timestamp = false;
  if (const auto echo = JsonDocument::parse(echo_object)) {
    for (const JsonNode* member : echo->children(echo->root())) {
      if (member->key == "type" || member->key == "received_at" || member->key == "sent_at") continue;
      own_timestamp = own_timestamp || member->key == "timestamp";
      json.key(member->key);
      echo->write(*member, json);
    }
  }
  if (!own_timestamp) epoch_field(json, "timestamp", sent_at);
  epoch_field(json, "received_at", received_at);
  epoch_field(json, "sent_at", sent_at);
  json.end_object();
  return out;
}

std::string ping(base::WallTime now) { return simple_message("ping", now); }

std::string stats_message(std::string_view session_id, const Counters& counters, double granted_fps, base::WallTime now) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("type", "stats").field("session_id", session_id);
  write_counters(json, counters);
  json.fixed_field("granted_fps", granted_fps, kRateDigits);
  epoch_field(json, "timestamp", now);
  json.end_object();
  return out;
}

std::string session_closing(std::string_view reason, bool reconnect, base::Duration retry_after, base::WallTime now) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("type", "session_closing").field("reason", reason).field("reconnect", reconnect);
  ms_field(json, "retry_after_ms", retry_after);
  epoch_field(json, "timestamp", now);
  json.end_object();
  return out;
}

std::string gap(std::uint64_t from, std::uint64_t to) {
  std::string out;
  JsonWriter(out).begin_object().field("type", "gap").field("from", from).field("to", to).end_object();
  return out;
}

std::string stream_started(std::string_view session_id, base::WallTime now) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("type", "stream_started").field("session_id", session_id).field("client_id", session_id);
  epoch_field(json, "timestamp", now);
  json.end_object();
  return out;
}

std::string config_object(const domain::StreamConfig& config) {
  std::string out;
  JsonWriter json(out);
  write_config(json, config);
  return out;
}

void write_counters(JsonWriter& json, const Counters& counters) {
  json.field("received", counters.received).field("results", counters.results);
  json.key("drops").begin_object();
  for (std::size_t reason = 0; reason < counters.drops.size(); ++reason) {
    json.field(domain::to_string(static_cast<domain::DropReason>(reason)), counters.drops[reason]);
  }
  json.end_object().key("errors").begin_object();
  for (const auto& [code, count] : counters.errors) json.field(domain::describe(code).name, count);
  json.end_object().field("in_flight", counters.in_flight);
}

std::string counters_object(const Counters& counters) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  write_counters(json, counters);
  json.end_object();
  return out;
}

std::string sse_event(std::uint64_t event, std::string_view json) {
  HAZARD_CHECK(json.find_first_of("\r\n") == std::string_view::npos);  // the writer escapes them: only a bug gets here
  std::string out;
  out.reserve(json.size() + 32);
  if (event != 0) out.append("id: ").append(std::to_string(event)).push_back('\n');
  out.append("data: ").append(json).append("\n\n");
  return out;
}

std::string sse_comment(std::string_view text) {
  HAZARD_CHECK(text.find_first_of("\r\n") == std::string_view::npos);
  return std::string(": ").append(text).append("\n\n");
}

}  // namespace hazard::wire
