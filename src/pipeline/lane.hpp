// A session's place in the scheduler: its waiting frames, its rate, its tracker. At most one frame of a lane is in flight, and
// from that one rule follow order, fairness and a tracker without a lock. All members but `tracker` belong to the scheduler's
// mutex; the tracker belongs to the worker that holds the lane's job.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "base/clock.hpp"
#include "detect/engine.hpp"
#include "domain/frame.hpp"
#include "domain/stream_config.hpp"
#include "pipeline/rate_gate.hpp"
#include "pipeline/result_sink.hpp"
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

  static LaneSettings from(const domain::StreamConfig& config, int queue_size);
};

struct Lane {
  LaneSettings settings;
  std::shared_ptr<ResultSink> sink;
  std::deque<domain::EncodedFrame> waiting;  // bounded: 1 with latest, queue_frames_max with all
  RateGate gate;
  bool in_flight = false;
  bool closed = false;
  double virtual_time = 0;  // of start-time fair queueing: frames served so far, caught up after idleness
  track::Tracker tracker;
};

}  // namespace hazard::pipeline
