#include "desk/darkroom.hpp"

#include <utility>

#include "base/thread_rank.hpp"

namespace hazard::desk {

Darkroom::Darkroom(std::size_t bytes_most, std::size_t tasks_most)
    : bytes_most_(bytes_most), tasks_most_(tasks_most), thread_([this] { run(); }) {}

Darkroom::~Darkroom() { close(); }

bool Darkroom::submit(std::size_t bytes, std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (closing_ || queue_.size() >= tasks_most_ || bytes > bytes_most_ - bytes_held_) return false;
    bytes_held_ += bytes;
    queue_.push_back({.bytes = bytes, .task = std::move(task)});
  }
  wake_.notify_one();
  return true;
}

bool Darkroom::after_all(std::function<void()> task) {
  {
    std::unique_lock lock(mutex_);
    if (queue_.size() >= 2 * tasks_most_) return false;
    if (working_ || !queue_.empty()) {
      queue_.push_back({.bytes = 0, .task = std::move(task)});
      lock.unlock();
      wake_.notify_one();
      return true;
    }
  }
  task();
  return true;
}

void Darkroom::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  const std::lock_guard lock(closing_mutex_);
  if (thread_.joinable()) thread_.join();
}

void Darkroom::run() {
  base::step_back(base::kBehindFrames);
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return closing_ || !queue_.empty(); });
    if (queue_.empty()) return;  // closing, and all done
    Entry entry = std::move(queue_.front());
    queue_.pop_front();
    working_ = true;
    lock.unlock();
    entry.task();
    entry.task = nullptr;  // frees what it held, before that is counted as free
    lock.lock();
    bytes_held_ -= entry.bytes;
    working_ = false;
  }
}

}  // namespace hazard::desk
