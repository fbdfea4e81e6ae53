// A POST that hears how its own frame ended: attached to the session just before the frame is offered, it catches a verdict that
// comes at once (the frame was refused) and, with ?wait, the one that comes later, until the deadline. Filled from any thread;
// its deadline is watched on the I/O thread; it holds no socket.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "serve/connection_set.hpp"
#include "serve/event_loop.hpp"
#include "serve/router.hpp"
#include "session/session.hpp"

namespace hazard::serve {

class VerdictWaiter final : public Connection, public session::Subscriber, public std::enable_shared_from_this<VerdictWaiter> {
 public:
  VerdictWaiter(std::shared_ptr<EventLoop> loop, ConnectionSet& connections, std::shared_ptr<session::Session> session);

  // The frame was offered under this number. Returns its verdict when that is already known, and then hears no more.
  std::optional<session::Outgoing> offered(std::uint64_t seq);

  // Waits on: answers 200 with the verdict, or with `otherwise` at the deadline. Not after offered() returned a verdict.
  void answer_later(Reply reply, std::string otherwise, base::SteadyTime deadline);

  void deliver(const session::Outgoing& message) noexcept override;
  void session_ended(session::EndReason reason, base::Duration retry_after) noexcept override;

  void tick(base::SteadyTime now) override;
  void drain() override { finish(); }
  void abort() override { finish(); }

 private:
  void finish();

  const std::shared_ptr<EventLoop> loop_;
  ConnectionSet& connections_;
  const std::shared_ptr<session::Session> session_;
  std::mutex mutex_;
  std::vector<session::Outgoing> early_;  // verdicts that came before seq_ was known: of this call and a few neighbours
  std::uint64_t seq_ = 0;
  std::shared_ptr<const std::string> verdict_;
  // I/O thread only:
  Reply reply_;
  std::string otherwise_;
  base::SteadyTime deadline_{};
};

}  // namespace hazard::serve
