#include "serve/verdict_waiter.hpp"

#include <exception>
#include <utility>

namespace hazard::serve {

VerdictWaiter::VerdictWaiter(std::shared_ptr<EventLoop> loop, ConnectionSet& connections,
                             std::shared_ptr<session::Session> session)
    : loop_(std::move(loop)), connections_(connections), session_(std::move(session)) {}

std::optional<session::Outgoing> VerdictWaiter::offered(std::uint64_t seq) {
  const std::lock_guard lock(mutex_);
  seq_ = seq;
  for (const auto& message : std::exchange(early_, {})) {
    if (message.seq != seq) continue;
    verdict_ = message.json;
    return message;
  }
  return std::nullopt;
}

void VerdictWaiter::answer_later(Reply reply, std::string otherwise, base::SteadyTime deadline) {
  reply_ = std::move(reply);
  otherwise_ = std::move(otherwise);
  deadline_ = deadline;
  connections_.add(shared_from_this());
  const std::lock_guard lock(mutex_);
  if (verdict_) loop_->post([self = shared_from_this()] { self->finish(); });
}

void VerdictWaiter::deliver(const session::Outgoing& message) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (message.event == 0 || verdict_) return;
    if (seq_ == 0) {
      early_.push_back(message);
      return;
    }
    if (message.seq != seq_) return;
    verdict_ = message.json;
    loop_->post([self = shared_from_this()] { self->finish(); });
  } catch (const std::exception&) {  // out of memory: the deadline answers
  }
}

void VerdictWaiter::session_ended(session::EndReason, base::Duration) noexcept {
  try {
    loop_->post([self = shared_from_this()] { self->finish(); });
  } catch (const std::exception&) {  // out of memory: the deadline answers
  }
}

void VerdictWaiter::tick(base::SteadyTime now) {
  if (now >= deadline_) finish();
}

void VerdictWaiter::finish() {
  const auto self = shared_from_this();
  connections_.remove(this);
  session_->detach(this);
  auto reply = std::exchange(reply_, Reply{});
  if (!reply) return;
  std::shared_ptr<const std::string> verdict;
  {
    const std::lock_guard lock(mutex_);
    verdict = verdict_;
  }
  reply(json_response(verdict ? *verdict : std::move(otherwise_)));
}

}  // namespace hazard::serve
