#include "domain/error.hpp"

#include <array>

#include "base/check.hpp"

namespace hazard::domain {
namespace {

using enum ErrorCode;

constexpr std::array<ErrorInfo, kErrorCodeCount> kTable{{
    {invalid_json, "invalid_json", 422, 0, Retry::never,
     "Send one JSON object in UTF-8, at most 16 levels deep, without repeated keys."},
    {unknown_message_type, "unknown_message_type", 422, 0, Retry::never,
     "Use one of the types frame, config_update, ping, stats."},
    {missing_image, "missing_image", 422, 0, Retry::never, "Put the picture's base64 text or data URL into image_data."},
    {invalid_envelope, "invalid_envelope", 422, 0, Retry::never,
     "Start a binary message with HSF1 and the 24-byte header of docs/protocol.md."},
    {invalid_base64, "invalid_base64", 400, 0, Retry::never, "Send standard base64 (RFC 4648), with or without a data: prefix."},
    {invalid_value, "invalid_value", 422, 0, Retry::never, "Send the named field within the range that the sentence states."},
    {unsupported_format, "unsupported_format", 400, 0, Retry::never, "Send a JPEG, PNG, WebP or BMP picture."},
    {undecodable_image, "undecodable_image", 400, 0, Retry::never, "The picture is damaged or cut short: send it whole."},
    {image_too_large, "image_too_large", 400, 0, Retry::never, "Send a picture with fewer pixels."},
    {frame_too_large, "frame_too_large", 413, 0, Retry::never,
     "Send a picture of fewer bytes: see max_frame_bytes in the first message."},
    {message_too_large, "message_too_large", 413, 1009, Retry::never,
     "Keep control messages under 64 KiB and frames under max_frame_bytes."},
    {missing_file, "missing_file", 422, 0, Retry::never, "Send multipart/form-data with a part named file that has a file name."},
    {not_an_image, "not_an_image", 422, 0, Retry::never, "Declare the part as image/jpeg, image/png, image/webp or image/bmp."},
    {bad_request, "bad_request", 400, 1008, Retry::never, "Send a well-formed HTTP/1.1 request."},
    {length_required, "length_required", 411, 0, Retry::never, "Send a Content-Length or a chunked body."},
    {uri_too_long, "uri_too_long", 414, 0, Retry::never, "Keep the request target under 2 KiB."},
    {headers_too_large, "headers_too_large", 431, 0, Retry::never, "Keep the header block under 16 KiB and 64 fields."},
    {not_found, "not_found", 404, 0, Retry::never, "See docs/protocol.md for the routes."},
    {method_not_allowed, "method_not_allowed", 405, 0, Retry::never, "Use a method of the Allow header."},
    {unsupported_media_type, "unsupported_media_type", 415, 0, Retry::never,
     "Send JSON, an image/* body or multipart/form-data."},
    {session_not_found, "session_not_found", 404, 1008, Retry::never, "Open a new session: this one has ended or never was."},
    {session_exists, "session_exists", 409, 0, Retry::never, "Choose another session_id, or send the resume token of this one."},
    {resume_refused, "resume_refused", 403, 0, Retry::never, "Open a new session: the resume token is wrong, spent or expired."},
    {origin_refused, "origin_refused", 403, 0, Retry::never, "Ask the operator to list this origin in CORS_ORIGINS."},
    {unauthorized, "unauthorized", 401, 1008, Retry::never, "Send Authorization: Bearer with a key of the operator."},
    {forbidden, "forbidden", 403, 1008, Retry::never, "Ask the operator for a key with this right."},
    {too_many_requests, "too_many_requests", 429, 1013, Retry::later, "Wait for Retry-After seconds."},
    {ErrorCode::queue_full, "queue_full", 429, 0, Retry::later, "Wait for a result before sending more: see credits."},
    {ErrorCode::overloaded, "overloaded", 503, 1013, Retry::later, "Wait for Retry-After seconds."},
    {ErrorCode::over_rate, "over_rate", 429, 0, Retry::later, "Send at most fps_limit frames a second."},
    {ErrorCode::superseded, "superseded", 429, 0, Retry::never, "A newer frame of the same session took this one's place."},
    {ErrorCode::stale, "stale", 503, 0, Retry::later, "The frame grew older than max_age_ms while it waited."},
    {ErrorCode::session_closed, "session_closed", 409, 1000, Retry::never,
     "The session ended while the frame waited: open a new one."},
    {request_timeout, "request_timeout", 408, 1008, Retry::at_once, "Send the whole request without long pauses."},
    {inference_failed, "inference_failed", 500, 0, Retry::at_once, "Send the frame again; if it repeats, tell the operator."},
    {inference_timeout, "inference_timeout", 504, 0, Retry::later, "The server is too slow for this picture now."},
    {model_not_ready, "model_not_ready", 503, 1013, Retry::later, "Wait until /health/ready answers 200."},
    {server_closing, "server_closing", 503, 1012, Retry::later, "Reconnect after retry_after_ms."},
    {not_implemented, "not_implemented", 501, 0, Retry::never, "This server was built or started without the feature."},
    {state_conflict, "state_conflict", 409, 0, Retry::never,
     "Look at the hazard again: from its state no way leads to the one asked for."},
    {version_mismatch, "version_mismatch", 412, 0, Retry::never, "Read the hazard again and send its new ETag as If-Match."},
    {version_required, "version_required", 428, 0, Retry::never, "Send If-Match with the ETag of the hazard, or *."},
    {internal, "internal", 500, 1011, Retry::later, "Tell the operator the request_id."},
}};

consteval bool table_is_in_order() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<std::size_t>(kTable[i].code) != i) return false;
  }
  return true;
}
static_assert(table_is_in_order());

}  // namespace

const ErrorInfo& describe(ErrorCode code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  HAZARD_CHECK(index < kTable.size());
  return kTable[index];
}

std::span<const ErrorInfo> error_catalogue() noexcept { return kTable; }

std::string_view to_string(Retry retry) noexcept {
  switch (retry) {
    case Retry::never: return "never";
    case Retry::later: return "later";
    case Retry::at_once: return "at_once";
  }
  return "never";
}

}  // namespace hazard::domain
