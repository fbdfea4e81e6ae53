// Takes what is due out of the outbox and to its receivers, and writes down what came of it. One round at a time for each receiver, on
// its own thread of the deliverer (delivery.hpp), so that one that hangs keeps nobody else waiting; states() from any thread.
//
// What always holds: a message leaves the outbox only after a 2xx answer, or becomes a dead letter; so it is sent at least once, with
// the same event id each time, also when the process dies between the answer and the note of it. A receiver that seems to be down is
// left alone as a whole for a while: its other messages lose no attempts meanwhile.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "outgoing/event_writer.hpp"
#include "outgoing/poster.hpp"
#include "outgoing/target.hpp"
#include "store/store.hpp"

namespace hazard::outgoing {

inline constexpr base::Duration kGiveUpAfter = std::chrono::hours(72);
inline constexpr base::Duration kKeepDead = std::chrono::days(30);

// How a receiver is doing, for a person.
struct TargetState {
  Target target;
  std::int64_t waiting = 0;
  std::int64_t dead = 0;
  std::int64_t receipts = 0;    // delivered with a receipt that is kept
  std::uint64_t delivered = 0;  // since the start
  std::uint64_t failed = 0;     // attempts since the start
  int failures = 0;             // of the receiver itself, in a row
  std::string last_error;
  std::optional<base::WallTime> last_error_at;
  std::optional<base::WallTime> last_delivered_at;
  std::optional<base::WallTime> paused_until;
};

class Courier {
 public:
  struct Tools {
    store::Store& store;
    Poster& poster;
    const base::Clock& clock;
    std::function<double()> random;  // 0 to 1; never called by two threads at once
  };
  // The options outlive it.
  Courier(const Options& options, Tools tools, OutgoingMetrics& metrics);

  // Gives up what waits for receivers that are no longer configured. Once, before the first round.
  void begin();

  // Posts what is due for one receiver, by its place among the options' targets; at most kRoundMost messages. Answers how long there is
  // nothing to do for it unless something new is kept; at most kIdleMost.
  base::Duration round(std::size_t index);
  static constexpr base::Duration kIdleMost = std::chrono::minutes(1);
  static constexpr std::size_t kRoundMost = 32;

  std::vector<TargetState> states() const;

 private:
  enum class Then : std::uint8_t { next, leave_target, stop };
  Then deliver(std::size_t index, store::OutboxRecord record);
  Then note_success(TargetState& state, store::OutboxRecord& record, const Posted& posted);
  Then note_failure(TargetState& state, store::OutboxRecord& record, const Posted& posted);
  Post make_post(const Target& target, const store::OutboxRecord& record) const;
  bool keep(std::function<void(store::Transaction&)> change);
  void trim(const std::string& key);
  void refresh_counts();
  TargetState state(std::size_t index) const;
  void publish(std::size_t index, TargetState state);
  double random();

  const Options& options_;
  const Tools tools_;
  OutgoingMetrics& metrics_;
  mutable std::mutex mutex_;  // of the states, and of the random numbers
  std::vector<TargetState> states_;
  std::vector<base::WallTime> trimmed_at_;  // each touched in the rounds of its receiver alone
};

}  // namespace hazard::outgoing
