// Decides which frame is worked on next, and which will never be. The one mutex of the pipeline is here.
//
// Any thread offers; workers call next() and finish(). Every offered frame ends in exactly one verdict through its lane's sink,
// never under the mutex. Frames that will not be worked on are dropped here, before they cost a decode.
//
// Order: start-time fair queueing (Goyal, Vin, Cheng, SIGCOMM 1996) with one frame as the unit: of the ready lanes, the one
// served least goes first, ties go to the frame that has waited longest. A lane that sends ten times as much gets no more.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "domain/verdict.hpp"
#include "pipeline/lane.hpp"
#include "pipeline/pipeline_metrics.hpp"

namespace hazard::pipeline {

using LanePtr = std::shared_ptr<Lane>;

// A frame taken by a worker, with the settings that hold for it.
struct Job {
  LanePtr lane;
  domain::EncodedFrame frame;
  LaneSettings settings;
  base::SteadyTime taken_at{};
};

class Scheduler {
 public:
  Scheduler(const base::Clock& clock, PipelineMetrics& metrics);

  LanePtr open_lane(const LaneSettings& settings, std::shared_ptr<ResultSink> sink);
  void configure(const LanePtr& lane, const LaneSettings& settings);
  // Waiting frames end as session_closed; one in flight still ends by itself. The lane takes no more. Safe to repeat.
  void close_lane(const LanePtr& lane);

  // Takes the frame over. It, or the one it displaces, may end at once: then the sink hears of it before this returns.
  // False when the lane is closed: the frame is then untouched and the caller ends it.
  [[nodiscard]] bool offer(const LanePtr& lane, domain::EncodedFrame&& frame);

  // How many more frames fit now, the one in flight counted.
  int credits(const LanePtr& lane) const;

  // Blocks for the next job; empty once the scheduler is closed. Every job must come back through finish().
  std::optional<Job> next();
  // The same without blocking, for tests on a manual clock: empty when no lane is ready now.
  std::optional<Job> try_next();
  void finish(Job&& job, std::variant<domain::FrameResult, domain::Error>&& outcome);

  // Everything that waits ends as session_closed; next() returns empty for ever after.
  void close();

  std::size_t lanes() const;
  std::size_t waiting_frames() const;

 private:
  struct Ended;  // a verdict and where it goes, collected under the mutex, sent outside
  using EndedList = std::vector<Ended>;

  std::optional<Job> take_ready(base::SteadyTime now, EndedList& ended);
  void drop_stale(Lane& lane, base::SteadyTime now, EndedList& ended);
  Lane* pick(base::SteadyTime now, EndedList& ended);
  base::SteadyTime next_event(base::SteadyTime now) const;
  void end_waiting(Lane& lane, domain::DropReason reason, EndedList& ended);
  void send(EndedList&& ended);

  const base::Clock& clock_;
  PipelineMetrics& metrics_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<LanePtr> lanes_;
  double virtual_time_ = 0;
  bool closed_ = false;
};

}  // namespace hazard::pipeline
