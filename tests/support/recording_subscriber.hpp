// Hears a session and keeps its messages. Thread-safe.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "session/subscriber.hpp"

namespace hazard::test {

class RecordingSubscriber final : public session::Subscriber {
 public:
  void deliver(const session::Outgoing& message) noexcept override {
    const std::lock_guard lock(mutex_);
    messages_.push_back(message);
    came_.notify_all();
  }
  void session_ended(session::EndReason reason, base::Duration) noexcept override {
    const std::lock_guard lock(mutex_);
    ended_ = reason;
    came_.notify_all();
  }

  bool wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, std::chrono::seconds(10), [&] { return messages_.size() >= count; });
  }
  bool wait_for_end() {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, std::chrono::seconds(10), [&] { return ended_.has_value(); });
  }
  std::vector<session::Outgoing> messages() const {
    const std::lock_guard lock(mutex_);
    return messages_;
  }
  std::optional<session::EndReason> ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable came_;
  std::vector<session::Outgoing> messages_;
  std::optional<session::EndReason> ended_;
};

}  // namespace hazard::test
