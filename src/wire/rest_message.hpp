// JSON bodies of the REST routes (streaming contract section 3, legacy-clients sections 3 to 5 and 8). Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/error.hpp"
#include "domain/model_info.hpp"
#include "domain/stream_config.hpp"
#include "domain/verdict.hpp"
#include "wire/server_message.hpp"

namespace hazard::wire {

// {"detail","code","request_id"} plus "retry_after_ms" when given.
std::string error_body(const domain::Error& error, std::string_view request_id, std::optional<base::Duration> retry_after = {});

struct SessionView {
  std::string session_id;
  domain::StreamConfig config;
  Counters counters;
  double uptime_seconds = 0;
  double avg_processing_time_ms = 0;
  double current_fps = 0;
  double age_p50_ms = 0;
  double age_p99_ms = 0;
  double created_at = 0;  // epoch seconds
  int viewers = 0;
  bool websocket = false;
  bool detached = false;  // its connection is lost, and may come back
  std::uint64_t last_seq = 0;
  std::uint64_t last_event = 0;
  double granted_fps = 0;
  double input_scale = 1;  // the rung: of the model's own input,
  int every = 1;           // and of how many frames one is looked at
};

// POST /stream/sessions, for a new session or one that was resumed. The token opens it again.
struct SessionOpening {
  bool resumed = false;
  std::string_view resume_token;
  int resume_grace_ms = 0;
};
std::string session_started(const SessionView& session, const SessionOpening& opening);
std::string session_stats(const SessionView& session);                       // GET .../stats and GET /stream/sessions/{id}
std::string session_list(const std::vector<SessionView>& sessions);          // GET /stream/sessions
std::string config_patched(const SessionView& session, base::WallTime now);  // PATCH .../config
std::string session_deleted(std::string_view session_id, base::WallTime now);
std::string frame_queued(std::string_view session_id, std::string_view frame_id, std::uint64_t seq, base::WallTime now);

// How often a session was opened again, and what became of those that were not.
struct ResumeCounts {
  std::uint64_t resumed = 0;
  std::uint64_t refused = 0;     // wrong, spent or late tokens
  std::uint64_t expired = 0;     // sessions whose time of grace ran out
  std::uint64_t restored = 0;    // sessions taken over from before the start
  std::uint64_t unreadable = 0;  // saved sessions, or whole files, that could not be read
};

struct ServiceView {
  bool ready = false;
  bool closing = false;
  std::string model_error;  // why the model is not ready; empty when it is
  std::string version;      // the server's
  std::size_t active_sessions = 0;
  std::size_t active_websocket = 0;
  std::size_t active_sse = 0;
  std::size_t detached_sessions = 0;
  std::uint64_t total_sessions = 0;
  ResumeCounts resumes;
  Counters totals;
  double avg_fps = 0;
  double started_at = 0;  // epoch seconds
  double uptime_seconds = 0;
  double capacity_fps = 0;
  double granted_fps = 0;               // promised to those who send
  std::uint64_t predicted_results = 0;  // boxes moved on by the tracker
  std::uint64_t reused_results = 0;     // the picture showed the same as the one before
  std::uint64_t quality_changes = 0;
  std::uint64_t refused_streams = 0;  // no room for one more
  std::vector<std::string> graphs;    // "640x384 shared": the forms of the model that are compiled
};

std::string health(const ServiceView& service, const domain::ModelInfo* model);  // GET /health
std::string stream_health(const ServiceView& service, const domain::ModelInfo* model, base::WallTime now);
std::string stream_stats(const ServiceView& service, const domain::ModelInfo* model, base::WallTime now);
// GET /health/ready, /ready, /detect/ready. Not ready: an error's members stand beside the rest.
std::string readiness(const ServiceView& service, base::WallTime now, std::string_view request_id = {});
std::string model_object(const domain::ModelInfo& model);  // model_info of the contract
std::string errors_catalogue();                            // GET /errors

// Single pictures. POST /api/v1/detect: `box` is an array. POST /detect: the superset object.
std::string v1_detect(std::string_view filename, const domain::FrameResult& result, const domain::ModelInfo& model);
std::string detect_reply(const domain::FrameResult& result, const domain::ModelInfo& model, double processing_time_ms);

}  // namespace hazard::wire
