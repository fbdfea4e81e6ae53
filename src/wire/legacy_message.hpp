// Bodies of the routes that only installed clients use (legacy-clients sections 3, 5, 9 and 10): what they send, what they read.
// Pure functions; any thread.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/frame.hpp"
#include "wire/rest_message.hpp"

namespace hazard::wire {

// GET /status: the keys of the original with nothing that tells about the machine.
struct StatusFacts {
  std::size_t page_sessions = 0;
  std::string port;
  double confidence_threshold = 0.5;
};
std::string service_status(const ServiceView& service, const domain::ModelInfo* model, const StatusFacts& facts);
std::string model_status_object(const ServiceView& service, const domain::ModelInfo* model);  // GET /detect/model/info
// GET /detect/health, /report/health: {"status","service",...}.
std::string small_health(std::string_view service_name, const ServiceView& service, bool keeps, base::WallTime now);

// POST /detect-base64. A longer timeout_ms counts as this one, which holds for every answer.
inline constexpr std::chrono::milliseconds kBase64TimeoutMost{30'000};
struct Base64Request {
  std::string image;  // base64 text or a data URL
  double confidence_threshold = 0.5;
  std::chrono::milliseconds timeout{kBase64TimeoutMost};  // how long the client waits
};
// Errors: invalid_json, missing_image, invalid_value.
domain::Result<Base64Request> parse_base64_request(std::string_view body);
std::string base64_reply(const domain::FrameResult& result, const domain::ModelInfo& model, double processing_time_ms,
                         double confidence_threshold);

// POST /detect-batch. A file that could not be looked at has its sentence instead of a result.
struct BatchItem {
  std::string filename;
  std::expected<domain::FrameResult, std::string> result = std::unexpected(std::string("not looked at"));
};
std::string batch_reply(std::span<const BatchItem> items, const domain::ModelInfo& model, double processing_time_ms);

// POST /predict.
std::string predict_reply(const domain::FrameResult& result, const domain::ModelInfo& model);

// POST /session/start. An empty body is an empty object.
struct SessionStart {
  double confidence_threshold = 0.5;
  std::string source = "web_app";
  std::string user_id;
};
// Errors: invalid_json, invalid_value.
domain::Result<SessionStart> parse_session_start(std::string_view body);

// POST /detect/{session_id}.
struct PageStats {
  std::int64_t total_detections = 0;
  std::int64_t unique_hazards = 0;
  std::int64_t pending_reports = 0;
};
struct PageReply {
  std::string_view session_id;
  base::WallTime at{};
  double processing_time_ms = 0;
  std::vector<std::string> report_ids;  // one for each detection; empty: none
  std::vector<bool> fresh;              // ... whether it was made from this picture
  bool persistent = true;               // reports outlive the process
  PageStats stats;
};
std::string page_reply(const domain::FrameResult& result, const domain::ModelInfo& model, const PageReply& reply);

// A place in form fields or a query, in any spelling of W12; nothing when there is none or it is off the globe.
std::optional<domain::Location> location_of_pairs(const std::vector<std::pair<std::string, std::string>>& pairs);

// "2023-11-14T22:13:20.123456", UTC without a zone: the form of sessions, reports and errors (W11). `zone`: with "Z" behind.
std::string iso_time(base::WallTime time, bool zone = false);
// Reads it back, with or without zone (Z or +hh:mm), fraction and time of day.
std::optional<base::WallTime> parse_iso_time(std::string_view text);

}  // namespace hazard::wire
