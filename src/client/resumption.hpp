// What a client remembers of its session so that it can go on after a lost connection: id, token, the last verdict heard. Hears every
// message of the server's, says where to connect next, and counts what came twice or was declared gone. No socket; one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hazard::client {

enum class Heard : std::uint8_t {
  began,      // session_created: frames are counted from 1 again
  resumed,    // session_resumed: frames_received() says how many of ours arrived
  verdict,    // a new one
  duplicate,  // a verdict that was heard before: to be passed over
  other,      // anything else
};

class Resumption {
 public:
  // `target` is the path and query of a new session.
  explicit Resumption(std::string target) : first_target_(std::move(target)) {}

  Heard hear(std::string_view json);

  // Where to connect: to the session that was lost, or for a new one.
  std::string target() const;
  bool can_resume() const { return !token_.empty(); }
  // The server will not have it back (resume_refused), or it ended: the next connection begins anew.
  void forget() { token_.clear(); }

  // The server's count when it welcomed us back: frames sent beyond it never arrived.
  std::uint64_t frames_received() const { return frames_received_; }
  // From session_closing, until the next welcome: when to come back, and whether to.
  std::optional<std::chrono::milliseconds> wait() const { return wait_; }
  bool over() const { return over_; }

  std::uint64_t resumed() const { return resumed_; }
  std::uint64_t duplicates() const { return duplicates_; }
  std::uint64_t missed() const { return missed_; }  // verdicts that a gap declared gone

 private:
  std::string first_target_;
  std::string session_id_;
  std::string token_;
  std::uint64_t last_event_ = 0;
  std::uint64_t frames_received_ = 0;
  std::optional<std::chrono::milliseconds> wait_;
  bool over_ = false;
  std::uint64_t resumed_ = 0;
  std::uint64_t duplicates_ = 0;
  std::uint64_t missed_ = 0;
};

}  // namespace hazard::client
