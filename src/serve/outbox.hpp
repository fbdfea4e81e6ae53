// The messages that wait for one viewer's socket, a WebSocket's or an event stream's: bounded, the oldest verdicts out first, and
// the viewer is told which are gone. It is what a session knows of a viewer: it holds no socket, so it may be filled from any
// thread and die on any; the stream empties it on the I/O thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "session/subscriber.hpp"

namespace hazard::serve {

struct OutboxLimits {
  std::size_t messages_max = 256;
  std::size_t bytes_max = 64 * 1024;  // reliability goal: a stopped viewer costs no more
};

class Outbox final : public session::Subscriber {
 public:
  // `wake` is called from any thread, under no lock of the outbox, when there is something for an empty-handed reader.
  Outbox(OutboxLimits limits, std::function<void()> wake);

  void deliver(const session::Outgoing& message) noexcept override;
  void session_ended(session::EndReason reason, base::Duration retry_after) noexcept override;
  std::uint64_t handed_event() const noexcept override { return handed_event_.load(); }
  // The socket has taken the message with this event; 0 is none.
  void note_handed(std::uint64_t event) noexcept {
    if (event != 0) handed_event_.store(event);
  }

  // A direct answer: never dropped for a verdict. False when even these have outgrown the limit: the viewer asks without ever
  // reading, and deserves no more.
  bool say(std::string json);

  // Until this is called, what comes is what was asked for (a replay, bounded by the session's ring): neither counted nor
  // dropped. From then on the limits hold for what comes.
  void begin_live();

  // The next message; a gap notice first when verdicts were dropped.
  std::optional<session::Outgoing> pop();

  struct Ending {
    session::EndReason reason;
    base::Duration retry_after;
  };
  std::optional<Ending> ending() const;
  std::uint64_t dropped() const;

 private:
  void push(session::Outgoing message);
  void trim();
  void wake(std::unique_lock<std::mutex> lock) noexcept;

  const OutboxLimits limits_;
  const std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::deque<session::Outgoing> spared_;
  std::deque<session::Outgoing> waiting_;
  std::size_t bytes_ = 0;  // of waiting_
  std::uint64_t gap_from_ = 0;
  std::uint64_t gap_to_ = 0;  // 0: no gap to tell
  std::uint64_t dropped_ = 0;
  std::atomic<std::uint64_t> handed_event_{0};
  bool live_ = false;
  bool reader_asleep_ = true;
  std::optional<Ending> ending_;
};

}  // namespace hazard::serve
