#include "wire/rest_message.hpp"

#include "wire/detection_json.hpp"
#include "wire/json_fields.hpp"
#include "wire/json_writer.hpp"
#include "wire/model_json.hpp"

namespace hazard::wire {
namespace {

constexpr int kSecondsDigits = 3;
constexpr int kRatioDigits = 4;

// Of the frames that were looked at: drops are the client's pace, not failures.
double success_rate(const Counters& counters) {
  const std::uint64_t ended = counters.results + counters.total_errors();
  return ended == 0 ? 0 : static_cast<double>(counters.results) / static_cast<double>(ended);
}

void write_session(JsonWriter& json, const SessionView& session) {
  json.field("session_id", session.session_id).field("client_id", session.session_id);
  json.fixed_field("uptime_seconds", session.uptime_seconds, kSecondsDigits);
  json.field("total_frames", session.counters.received).field("processed_frames", session.counters.results);
  json.field("failed_frames", session.counters.total_errors());
  json.fixed_field("success_rate", success_rate(session.counters), kRatioDigits);
  json.fixed_field("avg_processing_time_ms", session.avg_processing_time_ms, kMsDigits);
  json.fixed_field("current_fps", session.current_fps, kRateDigits);
  json.field("status", session.detached ? "detached" : "active");
  write_counters(json, session.counters);
  json.fixed_field("granted_fps", session.granted_fps, kRateDigits);
  json.key("quality").begin_object().field("input_scale", session.input_scale).field("every", session.every).end_object();
  json.fixed_field("age_p50_ms", session.age_p50_ms, kMsDigits).fixed_field("age_p99_ms", session.age_p99_ms, kMsDigits);
  json.field("transport", session.websocket ? "websocket" : "sse").field("viewers", session.viewers);
  json.fixed_field("created_at", session.created_at, kEpochDigits);
  json.key("config");
  write_config(json, session.config);
}

std::string_view model_status(const ServiceView& service) {
  if (service.ready) return "ready";
  return service.model_error.empty() ? "warming" : "error";
}

std::string_view stream_status(const ServiceView& service) {
  if (service.ready && !service.closing) return "healthy";
  return service.model_error.empty() ? "degraded" : "unhealthy";
}

// The words for a start are those that old clients take for one (legacy-clients W3).
std::string why_not_ready(const ServiceView& service) {
  if (service.closing) return "The server is shutting down.";
  if (service.model_error.empty()) return "model not loaded: the server is still starting";
  return "The model cannot be used: " + service.model_error;
}

}  // namespace

std::string error_body(const domain::Error& error, std::string_view request_id, std::optional<base::Duration> retry_after) {
  return object_text([&](JsonWriter& json) {
    json.field("detail", error.message).field("code", domain::describe(error.code).name).field("request_id", request_id);
    if (retry_after) ms_field(json, "retry_after_ms", *retry_after);
  });
}

std::string session_started(const SessionView& session, const SessionOpening& opening) {
  return object_text([&](JsonWriter& json) {
    json.field("session_id", session.session_id).field("client_id", session.session_id);
    json.field("sse_endpoint", "/stream/events/" + session.session_id);
    json.field("upload_endpoint", "/stream/process/" + session.session_id).key("config");
    write_config(json, session.config);
    json.fixed_field("created_at", session.created_at, kEpochDigits).field("status", "active");
    json.field("resume_token", opening.resume_token).field("resume_grace_ms", opening.resume_grace_ms);
    json.field("resumed", opening.resumed).field("last_seq", session.last_seq).field("last_event", session.last_event);
  });
}

std::string session_stats(const SessionView& session) {
  return object_text([&](JsonWriter& json) { write_session(json, session); });
}

std::string session_list(const std::vector<SessionView>& sessions) {
  return object_text([&](JsonWriter& json) {
    json.key("sessions").begin_array();
    for (const SessionView& session : sessions) {
      json.begin_object();
      write_session(json, session);
      json.end_object();
    }
    json.end_array().field("count", static_cast<std::uint64_t>(sessions.size()));
  });
}

std::string config_patched(const SessionView& session, base::WallTime now) {
  return object_text([&](JsonWriter& json) {
    json.field("status", "updated").field("client_id", session.session_id).key("config");
    write_config(json, session.config);
    epoch_field(json, "timestamp", now);
  });
}

std::string session_deleted(std::string_view session_id, base::WallTime now) {
  return object_text([&](JsonWriter& json) {
    json.field("status", "closed").field("client_id", session_id);
    epoch_field(json, "timestamp", now);
  });
}

std::string frame_queued(std::string_view session_id, std::string_view frame_id, std::uint64_t seq, base::WallTime now) {
  return object_text([&](JsonWriter& json) {
    json.field("status", "queued").field("frame_id", frame_id).field("client_id", session_id).field("seq", seq);
    epoch_field(json, "timestamp", now);
  });
}

// Liveness: "healthy" also while the model loads (legacy-clients section 3). No Redis is used, so its word is "down".
std::string health(const ServiceView& service, const domain::ModelInfo* model) {
  return object_text([&](JsonWriter& json) {
    json.field("status", "healthy").field("model_status", model_status(service)).field("backend_type", kBackend);
    json.field("version", service.version).field("redis", "down");
    if (model != nullptr) json.field("model_name", model->name);
    json.fixed_field("uptime_seconds", service.uptime_seconds, kSecondsDigits);
  });
}

std::string stream_health(const ServiceView& service, const domain::ModelInfo* model, base::WallTime now) {
  return object_text([&](JsonWriter& json) {
    json.field("status", stream_status(service)).key("streaming_service").begin_object();
    json.field("status", service.closing ? "closing" : "running");
    json.field("active_sessions", static_cast<std::uint64_t>(service.active_sessions));
    json.field("frame_processor_running", service.ready && !service.closing).field("cleanup_task_running", !service.closing);
    json.field("model_ready", service.ready);
    epoch_field(json, "timestamp", now);
    json.end_object().key("model_service").begin_object();
    json.field("status", model_status(service)).field("model_loaded", model != nullptr);
    if (model != nullptr) json.field("model_name", model->name).field("device", model->device);
    json.end_object();
    epoch_field(json, "timestamp", now);
  });
}

std::string stream_stats(const ServiceView& service, const domain::ModelInfo* model, base::WallTime now) {
  return object_text([&](JsonWriter& json) {
    json.key("streaming_stats").begin_object();
    json.field("active_sessions", static_cast<std::uint64_t>(service.active_sessions));
    json.field("total_sessions", service.total_sessions).field("frames_processed", service.totals.results);
    json.fixed_field("avg_fps", service.avg_fps, kRateDigits).fixed_field("uptime", service.started_at, kEpochDigits);
    json.fixed_field("uptime_seconds", service.uptime_seconds, kSecondsDigits).key("sessions_by_type").begin_object();
    json.field("websocket", static_cast<std::uint64_t>(service.active_websocket));
    json.field("sse", static_cast<std::uint64_t>(service.active_sse)).end_object();
    const ResumeCounts& resumes = service.resumes;
    json.field("detached_sessions", static_cast<std::uint64_t>(service.detached_sessions));
    json.field("restored_sessions", resumes.restored).field("unreadable_states", resumes.unreadable).key("resumes");
    json.begin_object().field("resumed", resumes.resumed).field("refused", resumes.refused);
    json.field("expired", resumes.expired).end_object();
    write_counters(json, service.totals);
    json.fixed_field("capacity_fps", service.capacity_fps, kRateDigits);
    json.fixed_field("granted_fps", service.granted_fps, kRateDigits);
    json.field("predicted_results", service.predicted_results).field("reused_results", service.reused_results);
    json.field("quality_changes", service.quality_changes).field("refused_streams", service.refused_streams);
    json.key("graphs").begin_array();
    for (const std::string& graph : service.graphs) json.value(graph);
    json.end_array().end_object().key("model_info");
    write_model_or_absence(json, model);
    epoch_field(json, "timestamp", now);
  });
}

std::string readiness(const ServiceView& service, base::WallTime now, std::string_view request_id) {
  return object_text([&](JsonWriter& json) {
    const bool ready = service.ready && !service.closing;
    if (!ready) {
      const auto code = service.closing ? domain::ErrorCode::server_closing : domain::ErrorCode::model_not_ready;
      json.field("detail", why_not_ready(service)).field("code", domain::describe(code).name).field("request_id", request_id);
      ms_field(json, "retry_after_ms", std::chrono::seconds(1));
    }
    json.field("status", ready ? "ready" : "not_ready").field("model_loaded", service.ready);
    json.field("redis_connected", false).field("cloudinary_configured", false);
    if (!ready) {
      const std::string_view loading =
          service.model_error.empty() ? std::string_view("the model is still loading") : service.model_error;
      json.field("reason", service.closing ? std::string_view("the server is shutting down") : loading);
    }
    epoch_field(json, "timestamp", now);
  });
}

std::string model_object(const domain::ModelInfo& model) {
  std::string out;
  JsonWriter json(out);
  write_model(json, model, Classes::list);
  return out;
}

std::string errors_catalogue() {
  return object_text([](JsonWriter& json) {
    json.key("errors").begin_array();
    for (const domain::ErrorInfo& info : domain::error_catalogue()) {
      json.begin_object().field("code", info.name).field("http_status", info.http_status).field("close_code", info.close_code);
      json.field("retry", domain::to_string(info.retry)).field("remedy", info.remedy).end_object();
    }
    json.end_array();
  });
}

std::string v1_detect(std::string_view filename, const domain::FrameResult& result, const domain::ModelInfo& model) {
  return object_text([&](JsonWriter& json) {
    json.field("filename", filename).key("detections").begin_array();
    for (const auto& tracked : result.detections) write_v1_detection(json, tracked, &model);
    json.end_array();
    size_field(json, "image_size", result.picture);
    json.field("orientation_applied", result.orientation_applied);
    ms_field(json, "processing_time_ms", result.times.total);
  });
}

std::string detect_reply(const domain::FrameResult& result, const domain::ModelInfo& model, double processing_time_ms) {
  return object_text([&](JsonWriter& json) {
    json.field("success", true).key("detections").begin_array();
    for (const auto& tracked : result.detections) write_full_detection(json, tracked, &model, std::nullopt);
    json.end_array().fixed_field("processing_time_ms", processing_time_ms, kMsDigits);
    size_field(json, "image_size", result.picture);
    json.field("width", result.picture.width).field("height", result.picture.height);
    json.field("orientation_applied", result.orientation_applied).key("timings").begin_object();
    ms_field(json, "preprocess_ms", result.times.decode);
    ms_field(json, "infer_ms", result.times.inference);
    ms_field(json, "postprocess_ms", result.times.postprocess);
    ms_field(json, "total_ms", result.times.total);
    json.end_object().key("engine").begin_object();
    json.field("name", "remote").field("backend", kBackend).field("version", model.version).end_object();
    json.key("model_info");
    write_model(json, model, Classes::count);
  });
}

}  // namespace hazard::wire
