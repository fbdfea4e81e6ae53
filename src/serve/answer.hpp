// The Reply a handler is given: carries its outcome back to the connection on the I/O thread, from whichever thread, once. It
// holds no socket and may die anywhere; dying unused answers 500, so that no client waits for an answer nobody will give.
#pragma once

#include <cstdint>
#include <memory>

#include "serve/event_loop.hpp"
#include "serve/router.hpp"

namespace hazard::serve {

class OutcomeTaker {
 public:
  virtual ~OutcomeTaker() = default;
  // On the I/O thread. `turn` says which request the outcome is for: one that comes after its deadline finds another number.
  virtual void on_outcome(std::uint64_t turn, Outcome outcome) = 0;
};

class Answer {
 public:
  Answer(std::shared_ptr<EventLoop> loop, std::weak_ptr<OutcomeTaker> taker, std::uint64_t turn);
  Answer(Answer&&) noexcept = default;
  Answer& operator=(Answer&&) = delete;
  ~Answer();

  void operator()(Outcome outcome);

 private:
  std::shared_ptr<EventLoop> loop_;  // null once used
  std::weak_ptr<OutcomeTaker> taker_;
  std::uint64_t turn_;
};

}  // namespace hazard::serve
