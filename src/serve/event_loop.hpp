// The I/O thread's queue of work. Sockets live on its thread alone; everybody else hands tasks over with post(). Held by
// shared_ptr: whoever may still want to post (a worker with a verdict) keeps it, and after close() its tasks are dropped, so
// that no socket is ever touched or destroyed by another thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

namespace boost::asio {
class io_context;
}

namespace hazard::serve {

class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  boost::asio::io_context& context() noexcept { return *context_; }

  // From any thread. The task runs on the loop's thread, never inside this call; after close() it is destroyed here.
  void post(std::move_only_function<void()> task);
  // Runs it inside this call when that is already on the loop's thread.
  void dispatch(std::move_only_function<void()> task);

  // Works until stop(), or until nothing is left to wait for. An exception out of a task is logged and the loop goes on.
  void run();
  void stop();
  // Destroys what still waits. Call it on no thread but the last one that uses the loop's sockets.
  void close();

 private:
  std::mutex mutex_;
  std::unique_ptr<boost::asio::io_context> context_;
};

}  // namespace hazard::serve
