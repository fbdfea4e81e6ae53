// One thread where pictures that clients hand in are cut, and kept ones drawn on: decoding takes longer than the I/O thread may wait, and
// the store's writer shall not stand still for it. What always holds: tasks run in the order they were taken; what they hold is at most
// `bytes_most`; a full room refuses at once.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace hazard::desk {

class Darkroom {
 public:
  // Half a dozen of the largest pictures that clients may upload.
  static constexpr std::size_t kBytesMost = 64 * 1024 * 1024;
  static constexpr std::size_t kTasksMost = 256;

  explicit Darkroom(std::size_t bytes_most = kBytesMost, std::size_t tasks_most = kTasksMost);
  ~Darkroom();  // as close()
  Darkroom(const Darkroom&) = delete;
  Darkroom& operator=(const Darkroom&) = delete;

  // `bytes` are those of the pictures that the task holds until it has run. False: the room is full or closed, the task is gone. Any
  // thread; tasks must not throw.
  bool submit(std::size_t bytes, std::function<void()> task);
  // Behind everything that was taken before; on the caller's thread where nothing is left of that. Needs no room of its own
  // for bytes; false, and the task is gone, only while as many of these wait as tasks may.
  bool after_all(std::function<void()> task);
  // Runs what was taken, then takes nothing more. Not from a task.
  void close();

 private:
  struct Entry {
    std::size_t bytes = 0;
    std::function<void()> task;
  };
  void run();

  const std::size_t bytes_most_;
  const std::size_t tasks_most_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Entry> queue_;
  std::size_t bytes_held_ = 0;  // by what waits and what runs
  bool working_ = false;
  bool closing_ = false;
  std::mutex closing_mutex_;  // who joins the thread
  std::thread thread_;        // last: it uses the rest
};

}  // namespace hazard::desk
