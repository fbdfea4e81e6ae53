// What the server says on streams: one JSON text per message, shared by WebSocket and SSE (streaming contract, sections 2 and 3).
// Pure functions; a result is serialised once per session and shared by all its viewers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "domain/model_info.hpp"
#include "domain/stream_config.hpp"
#include "domain/verdict.hpp"

namespace hazard::wire {

class JsonWriter;

// `protocol` of the first message: raised when an addition changes what a client may rely on.
inline constexpr int kProtocolVersion = 1;

// The same names everywhere: messages, /stream/stats, /metrics.
struct Counters {
  std::uint64_t received = 0;
  std::uint64_t results = 0;
  std::array<std::uint64_t, domain::kDropReasonCount> drops{};
  std::map<domain::ErrorCode, std::uint64_t> errors;
  std::uint64_t in_flight = 0;

  std::uint64_t total_drops() const noexcept;
  std::uint64_t total_errors() const noexcept;
};

struct SessionGreeting {
  bool resumed = false;
  std::string session_id;
  domain::StreamConfig config;
  std::string resume_token;
  double granted_fps = 0;
  int credits = 1;
  int heartbeat_ms = 0;
  std::size_t max_frame_bytes = 0;
  int resume_grace_ms = 0;  // how long the session outlives its connection
  // Said when resumed: what the server had counted by then, so that the client knows which of its frames arrived.
  std::uint64_t last_seq = 0;
  std::uint64_t last_event = 0;
};

// What a verdict needs besides itself.
struct VerdictContext {
  std::string_view session_id;
  std::uint64_t event = 0;
  bool replayed = false;
  domain::Fields fields = domain::Fields::full;
  domain::QualityMode quality_mode = domain::QualityMode::balanced;
  const domain::ModelInfo* model = nullptr;  // class names
  base::WallTime now{};
  base::Duration age{};                       // from receipt to now
  std::optional<base::Duration> capture_age;  // from capture to now, when the client says when it captured
};

std::string session_created(const SessionGreeting& greeting, const domain::ModelInfo& model, base::WallTime now);
std::string verdict_message(const domain::Verdict& verdict, const VerdictContext& context);
// The same message again with "replayed":true, for rings that keep the first form.
std::string mark_replayed(std::string_view verdict_json);
std::string error_message(const domain::Error& error, base::WallTime now);
// `mode` is the session's; told before the first verdict of the new quality.
std::string quality_changed(const domain::QualityChange& change, domain::QualityMode mode, base::WallTime now);
std::string config_updated(const domain::StreamConfig& config, base::WallTime now);
// `echo_object` is Ping::echo; its own `timestamp` wins, `type`, `received_at` and `sent_at` in it are the server's to set.
std::string pong(std::string_view echo_object, base::WallTime received_at, base::WallTime sent_at);
std::string ping(base::WallTime now);
// `granted_fps`: what the session is promised now.
std::string stats_message(std::string_view session_id, const Counters& counters, double granted_fps, base::WallTime now);
std::string session_closing(std::string_view reason, bool reconnect, base::Duration retry_after, base::WallTime now);
std::string gap(std::uint64_t from, std::uint64_t to);
std::string stream_started(std::string_view session_id, base::WallTime now);

// {"fps_limit":...}: the effective configuration as an object text.
std::string config_object(const domain::StreamConfig& config);
// The same as a value of something larger.
void write_config(JsonWriter& json, const domain::StreamConfig& config);
// {"received":..,"results":..,"drops":{..},"errors":{..},"in_flight":..}
std::string counters_object(const Counters& counters);
// The same fields into an object that the caller has begun.
void write_counters(JsonWriter& json, const Counters& counters);

// One event of an event stream: "id: N\ndata: JSON\n\n", without id when event is 0. JSON is single-line by construction.
std::string sse_event(std::uint64_t event, std::string_view json);
std::string sse_comment(std::string_view text);

}  // namespace hazard::wire
