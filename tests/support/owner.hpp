// The connection that speaks for a session, without a socket: hears everything, and says how far its socket got.
#pragma once

#include <algorithm>
#include <atomic>
#include <charconv>
#include <string>
#include <string_view>

#include "session/session.hpp"
#include "support/recording_subscriber.hpp"

namespace hazard::test {

class Owner final : public session::Subscriber {
 public:
  void deliver(const session::Outgoing& message) noexcept override { heard.deliver(message); }
  void session_ended(session::EndReason reason, base::Duration after) noexcept override { heard.session_ended(reason, after); }
  std::uint64_t handed_event() const noexcept override { return handed.load(); }

  RecordingSubscriber heard;
  std::atomic<std::uint64_t> handed{0};
};

// The text of a member of a message, without quotes.
inline std::string member(std::string_view json, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":";
  const auto at = json.find(key);
  if (at == std::string_view::npos) return {};
  auto rest = json.substr(at + key.size());
  if (rest.starts_with('"')) {
    rest.remove_prefix(1);
    return std::string(rest.substr(0, rest.find('"')));
  }
  return std::string(rest.substr(0, rest.find_first_of(",}")));
}

inline std::string token_in(std::string_view greeting) { return member(greeting, "resume_token"); }

// Offers a frame that ends at once, as an error: verdicts without an engine's time.
inline void offer_broken(session::Session& session, const base::Clock& clock, int count = 1) {
  for (int i = 0; i < count; ++i) {
    session.refuse({.error = {domain::ErrorCode::invalid_envelope, "x"}, .is_frame = true, .frame_id = {}}, clock.now());
  }
}

inline std::vector<std::uint64_t> events_of(const RecordingSubscriber& heard) {
  std::vector<std::uint64_t> events;
  for (const auto& message : heard.messages()) events.push_back(message.event);
  return events;
}

}  // namespace hazard::test
