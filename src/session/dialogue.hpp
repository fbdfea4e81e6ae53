// What a streaming connection says and hears, without the socket: takes a client's messages in, gives the direct answers back.
// Verdicts do not come this way: the session delivers them to its subscribers. Called on the connection's thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "domain/frame.hpp"
#include "session/session.hpp"

namespace hazard::session {

class Dialogue {
 public:
  explicit Dialogue(std::shared_ptr<Session> session, const base::Clock& clock);

  // The answer to send at once, if there is one (pong, config_updated, stats, error of a message that is no frame).
  std::optional<std::string> on_text(std::string_view text);
  // A frame, which ends in a verdict; or an error to send at once for a message without our magic, which is none.
  std::optional<std::string> on_binary(domain::Bytes&& message);

 private:
  std::optional<std::string> refuse(const wire::Refused& refused, base::SteadyTime received_at);
  std::optional<std::string> answer(wire::ClientMessage&& message, base::SteadyTime received_at, base::WallTime wall);

  const std::shared_ptr<Session> session_;
  const base::Clock& clock_;
};

}  // namespace hazard::session
