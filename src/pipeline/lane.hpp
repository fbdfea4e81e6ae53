// A session's place in the scheduler: its waiting frames, its rate, its rung of quality, and what is remembered from frame to
// frame. At most one frame of a lane is in flight, and from that one rule follow order, fairness and a tracker without a lock.
// All members but `memory` belong to the scheduler's mutex; the memory belongs to the worker that holds the lane's job.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "base/clock.hpp"
#include "detect/engine.hpp"
#include "domain/frame.hpp"
#include "domain/stream_config.hpp"
#include "pipeline/pacing.hpp"
#include "pipeline/quality_ladder.hpp"
#include "pipeline/rate_gate.hpp"
#include "pipeline/result_sink.hpp"
#include "pipeline/still_picture.hpp"
#include "track/tracker.hpp"

namespace hazard::pipeline {

// How frames of a lane are treated; copied into each job, so that an update holds from the next frame taken.
struct LaneSettings {
  domain::Delivery delivery = domain::Delivery::latest;
  double fps = 0;                         // 0: no limit
  std::optional<base::Duration> age_max;  // of the wait for the server, not of the wait for the lane's own rate
  std::size_t queue_frames_max = 1;       // with Delivery::all
  bool tracking = false;
  detect::DetectOptions detect;
  domain::QualityMode quality = domain::QualityMode::quality;
  bool reuse = false;  // boxes of a picture that is the same as the one before it
  double weight = 1;   // share of the machine against other lanes, > 0

  static LaneSettings from(const domain::StreamConfig& config, int queue_size);
};

// What one frame of a lane leaves for the next.
struct LaneMemory {
  track::Tracker tracker;
  StillPicture still;
};

struct Lane {
  LaneSettings settings;
  std::shared_ptr<ResultSink> sink;
  std::deque<domain::EncodedFrame> waiting;  // bounded: 1 with latest, queue_frames_max with all
  // Since when the lane has had a frame to be taken; a newer frame in the older one's place does not put it back.
  base::SteadyTime waiting_since{};
  RateGate gate;
  std::optional<base::SteadyTime> renewed_at;  // when a newer frame last took the place of one that waited
  bool in_flight = false;
  std::uint64_t flying_seq = 0;  // of the frame in flight
  bool closed = false;
  double virtual_time = 0;  // of start-time fair queueing: frames served so far over the weight, caught up after idleness
  double start = 0;         // where in it the waiting frame starts, since it began to wait
  QualityLadder ladder;
  std::uint64_t taken = 0;     // frames taken, for "one of every N"
  bool stream = false;         // counts for admission: a session, not a single picture
  double granted_fps = 0;      // promised rate; 0 while no rate was asked for
  base::SteadyTime sent_at{};  // when the lane last sent a frame: load is who sends, not who is connected
  PacingHint pacing;
  LaneMemory memory;
};

// How many frames may wait.
std::size_t capacity_of(const Lane& lane) noexcept;
// How many more may wait once the frame in flight is out.
int credits_after_flight(const Lane& lane) noexcept;
// The moment since which a frame has waited for the server: not before its lane's rate let it go.
base::SteadyTime waiting_since(const Lane& lane, const domain::EncodedFrame& frame) noexcept;

}  // namespace hazard::pipeline
