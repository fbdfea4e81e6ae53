// Decides which frame is worked on next, and which will never be. The one mutex of the pipeline is here.
//
// Any thread offers; workers call next() and finish(). Every offered frame ends in exactly one verdict through its lane's sink,
// never under the mutex. Frames that will not be worked on are dropped here, before they cost a decode.
//
// Order: start-time fair queueing (Goyal, Vin, Cheng, SIGCOMM 1996) with one frame over the lane's weight as the unit. Of streams
// whose frames are replaced while they wait, the one with the freshest goes first (docs/decisions/0014): the others get a newer one
// meanwhile. None is taken that is three rounds ahead of one that waits; beside a frame that is kept everyone has one turn a round.
// A lane that sends ten times as much gets no more.
//
// Strategy: a lane that is alone gets all cores for its frame, and then nothing else runs; as soon as others are about, each frame
// gets a core. Never both at once.
#pragma once

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "domain/verdict.hpp"
#include "pipeline/admission.hpp"
#include "pipeline/lane.hpp"
#include "pipeline/lane_order.hpp"
#include "pipeline/pipeline_metrics.hpp"

namespace hazard::pipeline {

using LanePtr = std::shared_ptr<Lane>;

// A frame taken by a worker, with the settings that hold for it.
struct Job {
  LanePtr lane;
  domain::EncodedFrame frame;
  LaneSettings settings;
  base::SteadyTime taken_at{};
  detect::Strategy strategy = detect::Strategy::alone;
  Rung rung;
  Fit fit;
  bool look = true;  // false: the boxes of this frame are predicted
};

// How a lane stands, for statistics.
struct LaneState {
  double granted_fps = 0;
  Rung rung;
  std::size_t waiting = 0;
};

class Scheduler {
 public:
  Scheduler(const base::Clock& clock, PipelineMetrics& metrics);

  // What the engine allows; before the first frame.
  struct Equipment {
    detect::Strategies strategies = detect::Strategies::alone;
    int workers = 1;
    InputRule inputs;
    bool smaller_inputs = false;  // the model can be given other sizes
    bool reuse_still = true;      // boxes of a picture that shows the same as the one before
    // Of all frames that wait in queues (Delivery::all) behind the first of their lane; beyond it queues are full.
    std::size_t queued_bytes_max = std::size_t{256} << 20;
  };
  void equip(const Equipment& equipment);
  // Frames a second that a calibration reached.
  void seed_capacity(double fps);

  // For single pictures: takes part in the order of service, not in admission.
  LanePtr open_lane(const LaneSettings& settings, std::shared_ptr<ResultSink> sink);
  // For a stream: refused (overloaded, with a time to try again) when the machine could not give everyone who sends a frame a
  // second any more. One that goes on after a restart is never refused.
  enum class Entry : std::uint8_t { newcomer, returning };
  domain::Result<LanePtr> open_stream(const LaneSettings& settings, std::shared_ptr<ResultSink> sink,
                                      Entry entry = Entry::newcomer);
  // Holds from the next frame taken. The seq of the frame in flight, which was taken before; 0 when none is.
  std::uint64_t configure(const LanePtr& lane, const LaneSettings& settings);
  // Waiting frames end as session_closed; one in flight still ends by itself. The lane takes no more. Safe to repeat.
  void close_lane(const LanePtr& lane);

  // Takes the frame over. It, or the one it displaces, may end at once: then the sink hears of it before this returns.
  // False when the lane is closed: the frame is then untouched and the caller ends it.
  [[nodiscard]] bool offer(const LanePtr& lane, domain::EncodedFrame&& frame);

  // How many more frames fit now, the one in flight counted.
  int credits(const LanePtr& lane) const;
  LaneState state_of(const LanePtr& lane) const;
  // Frames a second at full quality, from what frames cost lately; 0 while nothing is known.
  double capacity_fps() const;
  // The sum of what those who send were promised.
  double granted_fps() const;

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
  void drop_stale(base::SteadyTime now, EndedList& ended);
  detect::Strategy strategy_for(const Lane& lane, base::SteadyTime now) const;
  base::SteadyTime next_event(base::SteadyTime now) const;
  void keep_waiting(Lane& lane, domain::EncodedFrame&& frame);
  domain::EncodedFrame take_waiting(Lane& lane);
  void end_waiting(Lane& lane, domain::DropReason reason, EndedList& ended);
  void note_finished(const Lane& lane, base::SteadyTime now);
  std::optional<domain::QualityChange> note_result(Lane& lane, const Job& job, domain::FrameResult& result, base::SteadyTime now);
  void configure_ladder(Lane& lane);
  void send(EndedList&& ended);

  const base::Clock& clock_;
  PipelineMetrics& metrics_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<LanePtr> lanes_;
  std::size_t waiting_bytes_ = 0;
  TurnCounter turns_;
  bool closed_ = false;

  Equipment equipment_;
  bool alone_running_ = false;
  int running_ = 0;
  struct Finished {
    const Lane* lane = nullptr;  // compared, never followed
    base::SteadyTime at{};
  };
  std::array<Finished, 2> lately_;  // of the last two different lanes
  Admission admission_;
};

}  // namespace hazard::pipeline
