// What a client may say: WebSocket text messages, and the JSON bodies and query strings of the streaming routes. Pure functions
// over a stranger's bytes; called on I/O threads. JSON is strict: UTF-8, one value, depth kJsonDepthMax, no repeated keys,
// finite numbers; refused with invalid_json. Boost.JSON stays inside wire/*.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "domain/error.hpp"
#include "domain/frame.hpp"
#include "domain/stream_config.hpp"

namespace hazard::wire {

// A frame as its message described it: seq and received_at are not set yet. `frame_id` is empty when none was sent.
struct FrameMessage {
  domain::EncodedFrame frame;
};
struct ConfigUpdate {
  domain::StreamConfigPatch patch;
};
// `echo` is the message's own fields as a JSON object text, without `type` and what the server sets (`received_at`,
// `sent_at`): the pong carries them back.
struct Ping {
  std::string echo;
};
struct StatsRequest {};

using ClientMessage = std::variant<FrameMessage, ConfigUpdate, Ping, StatsRequest>;

// A refused message; when it was a frame (its type said so) it counts as received and ends as an error verdict.
struct Refused {
  domain::Error error;
  bool is_frame = false;
  std::string frame_id;  // as sent, when it could be read
};

// Errors: invalid_json, unknown_message_type, missing_image, invalid_base64, invalid_value, frame_too_large; message_too_large
// when what is not the picture's text exceeds kControlMessageBytesMax.
std::expected<ClientMessage, Refused> parse_client_message(std::string_view text, std::size_t frame_bytes_max);

// A binary message (drawn beside the codec). Takes the message's bytes over: the picture is not copied. Every message that
// begins with our magic counts as a frame (streaming contract, section 1), any other does not. Errors: invalid_envelope,
// missing_image (no picture bytes), frame_too_large.
std::expected<FrameMessage, Refused> parse_frame_envelope(domain::Bytes&& message, std::size_t frame_bytes_max);
// The other direction, for clients and load generators.
domain::Bytes make_frame_envelope(std::uint64_t number, std::int64_t capture_us, std::string_view json, domain::ByteView picture);

// Body of POST /stream/process: {image_data, frame_id?, timestamp?, metadata?}, any content type.
std::expected<FrameMessage, Refused> parse_process_body(std::string_view json, std::size_t frame_bytes_max);

// Body of POST /stream/sessions and PATCH .../config: a partial configuration; an empty body is an empty patch.
// Unknown fields are ignored (old clients send some), wrong types are invalid_value naming the field.
domain::Result<domain::StreamConfigPatch> parse_config_body(std::string_view json);

// The WebSocket handshake's query (percent-decoded pairs in order).
using QueryPairs = std::vector<std::pair<std::string, std::string>>;
struct StreamQuery {
  std::optional<std::string> session_id;
  domain::StreamConfigPatch patch;
  std::optional<std::string> resume;
  std::optional<std::uint64_t> last_event;
  std::optional<std::uint64_t> last_seq;
};
domain::Result<StreamQuery> parse_stream_query(const QueryPairs& pairs);

// Splits and percent-decodes the part after '?'. Errors: bad_request for a broken escape or a NUL.
domain::Result<QueryPairs> parse_query(std::string_view query);

// "lat,lng" of the X-Location header.
domain::Result<domain::Location> parse_location_header(std::string_view text);

// 1-64 of [A-Za-z0-9_-].
bool is_session_id(std::string_view text) noexcept;

// Body of POST /detect-base64 and the like: the picture from a base64 text or data URL.
domain::Result<domain::Bytes> decode_image_data(std::string_view text, std::size_t frame_bytes_max);

}  // namespace hazard::wire
