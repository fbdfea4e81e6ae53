// Everything the server can refuse, as one closed list. The table behind describe() is the only place that turns a code into
// an HTTP status, a WebSocket close code and a public remedy; GET /errors and docs/protocol.md are made from it.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace hazard::domain {

enum class ErrorCode : std::uint8_t {
  invalid_json,
  unknown_message_type,
  missing_image,
  invalid_envelope,
  invalid_base64,
  invalid_value,
  unsupported_format,
  undecodable_image,
  image_too_large,
  frame_too_large,
  message_too_large,
  missing_file,
  not_an_image,
  bad_request,
  length_required,
  uri_too_long,
  headers_too_large,
  not_found,
  method_not_allowed,
  unsupported_media_type,
  session_not_found,
  session_exists,
  resume_refused,
  origin_refused,
  unauthorized,
  forbidden,
  too_many_requests,
  queue_full,
  overloaded,
  over_rate,
  superseded,
  stale,
  session_closed,
  request_timeout,
  inference_failed,
  inference_timeout,
  model_not_ready,
  server_closing,
  not_implemented,
  state_conflict,
  version_mismatch,
  version_required,
  internal,
};
inline constexpr std::size_t kErrorCodeCount = static_cast<std::size_t>(ErrorCode::internal) + 1;

// Whether sending the same thing again can help.
enum class Retry : std::uint8_t { never, later, at_once };

struct ErrorInfo {
  ErrorCode code;
  std::string_view name;  // snake_case, what clients compare with
  int http_status;
  int close_code;  // WebSocket close code when the connection ends for this reason; 0: the connection lives
  Retry retry;
  std::string_view remedy;
};

const ErrorInfo& describe(ErrorCode code) noexcept;
std::span<const ErrorInfo> error_catalogue() noexcept;
std::string_view to_string(Retry retry) noexcept;

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;  // one plain sentence for the person who reads `detail` or `error`
  // When trying again makes sense, where that is known.
  std::optional<base::Duration> retry_after = std::nullopt;
};

template <typename T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> refuse(ErrorCode code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

}  // namespace hazard::domain
