// A Poster that answers as it is told and remembers what it was given. Thread-safe, so that a Delivery may use it.
#pragma once

#include <deque>
#include <functional>
#include <future>
#include <mutex>

#include "outgoing/poster.hpp"

namespace hazard::outgoing {

class ScriptedPoster final : public Poster {
 public:
  Posted post(const Post& message) override {
    const std::lock_guard lock(mutex_);
    posts_.push_back(message);
    Posted answer{.status = 200};
    if (!answers_.empty()) {
      answer = answers_.front();
      answers_.pop_front();
    }
    if (awaited_ > 0 && posts_.size() == awaited_) reached_.set_value();
    return answer;
  }
  void stop() override {}

  void answer(Posted posted) { answers_.push_back(std::move(posted)); }
  void answer(int status) { answer(Posted{.status = status}); }
  std::vector<Post> posts() const {
    const std::lock_guard lock(mutex_);
    return posts_;
  }
  // Becomes ready with the post of that number. Before the first post.
  std::future<void> await(std::size_t number) {
    awaited_ = number;
    return reached_.get_future();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Post> posts_;
  std::deque<Posted> answers_;
  std::size_t awaited_ = 0;
  std::promise<void> reached_;
};

inline std::string header(const Post& post, std::string_view name) {
  for (const auto& [key, value] : post.headers) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace hazard::outgoing
