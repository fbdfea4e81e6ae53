#include "serve/event_loop.hpp"

#include <exception>
#include <utility>

#include "base/log.hpp"
#include "serve/net.hpp"

namespace hazard::serve {

// One thread runs it: Asio may leave out its own locking between I/O operations.
EventLoop::EventLoop() : context_(std::make_unique<net::asio::io_context>(1)) {}

EventLoop::~EventLoop() = default;

void EventLoop::post(std::move_only_function<void()> task) {
  const std::lock_guard lock(mutex_);
  if (context_) net::asio::post(*context_, std::move(task));
}

void EventLoop::dispatch(std::move_only_function<void()> task) {
  bool here = false;
  {
    const std::lock_guard lock(mutex_);
    here = context_ && context_->get_executor().running_in_this_thread();
  }
  if (here) {
    task();
  } else {
    post(std::move(task));
  }
}

void EventLoop::run() {
  for (;;) {
    try {
      context_->run();
      return;
    } catch (const std::exception& exception) {
      // Connections have guards of their own; this is the net below them.
      base::log::error("loop_exception", "A task of the I/O thread failed.", {{"what", exception.what()}});
    }
  }
}

void EventLoop::stop() { context_->stop(); }

void EventLoop::close() {
  std::unique_ptr<net::asio::io_context> last;
  {
    const std::lock_guard lock(mutex_);
    last = std::move(context_);
  }
  // Destroyed outside the lock: waiting tasks may hold objects whose destructors post.
}

}  // namespace hazard::serve
