#include "session/dialogue.hpp"

#include <utility>
#include <variant>

#include "wire/client_message.hpp"
#include "wire/server_message.hpp"

namespace hazard::session {

Dialogue::Dialogue(std::shared_ptr<Session> session, const base::Clock& clock) : session_(std::move(session)), clock_(clock) {}

std::optional<std::string> Dialogue::on_text(std::string_view text) {
  const base::SteadyTime received_at = clock_.now();
  const base::WallTime wall = clock_.wall();
  auto message = wire::parse_client_message(text, session_->limits().frame_bytes_max);
  if (message) return answer(std::move(*message), received_at, wall);
  return refuse(message.error(), received_at);
}

std::optional<std::string> Dialogue::refuse(const wire::Refused& refused, base::SteadyTime received_at) {
  if (!refused.is_frame) return wire::error_message(refused.error, clock_.wall());
  session_->refuse(refused, received_at);
  return std::nullopt;
}

std::optional<std::string> Dialogue::on_binary(domain::Bytes&& message) {
  const base::SteadyTime received_at = clock_.now();
  auto frame = wire::parse_frame_envelope(std::move(message), session_->limits().frame_bytes_max);
  if (!frame) return refuse(frame.error(), received_at);
  session_->note_new_words();
  session_->offer(std::move(*frame), received_at);
  return std::nullopt;
}

std::optional<std::string> Dialogue::answer(wire::ClientMessage&& message, base::SteadyTime received_at, base::WallTime wall) {
  if (auto* frame = std::get_if<wire::FrameMessage>(&message)) {
    session_->offer(std::move(*frame), received_at);
    return std::nullopt;
  }
  if (const auto* update = std::get_if<wire::ConfigUpdate>(&message)) {
    if (update->patch.says_new()) session_->note_new_words();
    const auto config = session_->update(update->patch);
    return config ? wire::config_updated(*config, clock_.wall()) : wire::error_message(config.error(), clock_.wall());
  }
  if (const auto* ping = std::get_if<wire::Ping>(&message)) return wire::pong(ping->echo, wall, clock_.wall());
  session_->note_new_words();
  const auto view = session_->view();
  return wire::stats_message(view.session_id, view.counters, view.granted_fps, clock_.wall());
}

}  // namespace hazard::session
