// The outgoing side of the house: hears from the store what happened to hazards, keeps it in the outbox, and delivers it from threads of
// its own, one for each receiver (at most kTargetsMost and the Open311 server). app makes it after the store and ends it before; serve
// asks it how receivers are doing and has dead letters sent again. Without receivers it has no threads and hears nothing, and what is
// in the outbox can still be looked at.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "outgoing/courier.hpp"

namespace hazard::outgoing {

enum class Sending : std::uint8_t {
  now,
  at_next_start,  // events are kept for the server that starts next: for programs that change hazards and end
};

class Delivery {
 public:
  // The store and the clock outlive it. The poster may be null without targets and when nothing is sent now.
  Delivery(Options options, store::Store& store, std::unique_ptr<Poster> poster, const base::Clock& clock,
           Sending sending = Sending::now);
  ~Delivery();  // stop(), and the store is not heard any more
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  // Ends the threads within a second or so. Events are still kept, for the next start. Safe to repeat.
  void stop();

  std::vector<TargetState> states() const { return courier_.states(); }
  const OutgoingMetrics& metrics() const noexcept { return metrics_; }
  store::Reads& reads() { return store_.reads(); }

  // A dead letter waits again as if it were new. `done` comes from the store's writer, or at once. Errors: not_found; invalid_value when
  // it is no dead letter or its receiver is no longer configured; overloaded; internal.
  using AgainDone = std::function<void(domain::Result<store::OutboxRecord>)>;
  void send_again(std::int64_t number, AgainDone done);
  // The same for all of the receivers that are configured; answers how many. Errors: overloaded, internal.
  using AllAgainDone = std::function<void(domain::Result<std::int64_t>)>;
  void send_all_again(AllAgainDone done);

 private:
  void run(std::size_t index);
  void wake();

  const Options options_;
  store::Store& store_;
  const std::unique_ptr<Poster> poster_;
  const base::Clock& clock_;
  OutgoingMetrics metrics_;
  EventWriter writer_;
  Courier courier_;
  std::mutex mutex_;
  std::condition_variable woken_;
  std::uint64_t news_ = 0;  // how often something was kept
  bool stopping_ = false;
  std::vector<std::thread> threads_;  // by the place of their receivers among the targets
};

}  // namespace hazard::outgoing
