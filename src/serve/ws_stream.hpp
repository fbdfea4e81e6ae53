// A WebSocket on /stream/detection: messages in go to the session's dialogue, what the session's outbox holds goes out, one
// write at a time. Lives on the I/O thread. The client's own close ends the session, and so does our close for misuse; a connection
// that is lost only detaches it. The only part that knows Beast.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "serve/stream_context.hpp"
#include "serve/taken_socket.hpp"
#include "session/session.hpp"

namespace hazard::serve {

// What the upgrade request said. The route has checked that version and key are there.
struct WsHandshake {
  std::string key;  // Sec-WebSocket-Key
  std::string request_id;
  std::optional<session::Session::Claim> claim;  // of a session that is resumed
  session::LastSeen seen;                        // with it: where to go on
};

// Answers the handshake, greets, and streams until either side ends it. `session` is open and not yet attached to.
void start_ws_stream(StreamContext& context, std::shared_ptr<session::Session> session, WsHandshake handshake,
                     TakenSocket socket);

// Whether `text` (valid UTF-8 but perhaps cut) ends inside a character: Beast lets that pass when the last fragment is empty.
bool ends_inside_character(std::string_view text) noexcept;

}  // namespace hazard::serve
