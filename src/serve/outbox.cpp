#include "serve/outbox.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "wire/server_message.hpp"

namespace hazard::serve {

Outbox::Outbox(OutboxLimits limits, std::function<void()> wake) : limits_(limits), wake_(std::move(wake)) {}

void Outbox::deliver(const session::Outgoing& message) noexcept {
  std::unique_lock lock(mutex_);
  try {
    push(message);
  } catch (const std::exception&) {  // no memory for one more entry: this viewer misses a message, and hears of it
    ++dropped_;
    if (gap_to_ == 0) gap_from_ = message.event;
    gap_to_ = message.event;
  }
  wake(std::move(lock));
}

void Outbox::session_ended(session::EndReason reason, base::Duration retry_after) noexcept {
  std::unique_lock lock(mutex_);
  ending_ = Ending{reason, retry_after};
  wake(std::move(lock));
}

bool Outbox::say(std::string json) {
  std::unique_lock lock(mutex_);
  push({.event = 0, .seq = 0, .json = std::make_shared<const std::string>(std::move(json))});
  const bool fits = waiting_.size() <= limits_.messages_max && (bytes_ <= limits_.bytes_max || waiting_.size() == 1);
  wake(std::move(lock));
  return fits;
}

void Outbox::begin_live() {
  const std::lock_guard lock(mutex_);
  live_ = true;
}

void Outbox::push(session::Outgoing message) {
  if (!live_) return spared_.push_back(std::move(message));
  const std::size_t size = message.json->size();
  waiting_.push_back(std::move(message));
  bytes_ += size;
  trim();
}

// Down to the limits, oldest verdicts first; the newest message always stays, however large.
void Outbox::trim() {
  while (waiting_.size() > 1 && (waiting_.size() > limits_.messages_max || bytes_ > limits_.bytes_max)) {
    const auto oldest =
        std::find_if(waiting_.begin(), std::prev(waiting_.end()), [](const auto& each) { return each.event != 0; });
    if (oldest == std::prev(waiting_.end())) return;
    if (gap_to_ == 0) gap_from_ = oldest->event;
    gap_to_ = oldest->event;
    ++dropped_;
    bytes_ -= oldest->json->size();
    waiting_.erase(oldest);
  }
}

std::optional<session::Outgoing> Outbox::pop() {
  const std::lock_guard lock(mutex_);
  auto& from = spared_.empty() ? waiting_ : spared_;
  if (&from == &waiting_ && gap_to_ != 0) {
    session::Outgoing notice{.event = 0, .seq = 0, .json = std::make_shared<const std::string>(wire::gap(gap_from_, gap_to_))};
    gap_to_ = 0;
    return notice;
  }
  if (from.empty()) {
    reader_asleep_ = true;
    return std::nullopt;
  }
  session::Outgoing message = std::move(from.front());
  from.pop_front();
  if (&from == &waiting_) bytes_ -= message.json->size();
  if (message.replayed) message.json = std::make_shared<const std::string>(wire::mark_replayed(*message.json));
  return message;
}

std::optional<Outbox::Ending> Outbox::ending() const {
  const std::lock_guard lock(mutex_);
  return ending_;
}

std::uint64_t Outbox::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void Outbox::wake(std::unique_lock<std::mutex> lock) noexcept {
  const bool needed = std::exchange(reader_asleep_, false);
  lock.unlock();
  if (!needed) return;
  try {
    wake_();
  } catch (const std::exception&) {  // no memory to post: the stream's next tick looks by itself
  }
}

}  // namespace hazard::serve
