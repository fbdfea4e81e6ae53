#include "pipeline/scheduler.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/check.hpp"

namespace hazard::pipeline {

using domain::DropReason;

struct Scheduler::Ended {
  std::shared_ptr<ResultSink> sink;
  domain::Verdict verdict;
};

namespace {

// Without a ready lane a worker looks again this often: a bound on the wait, not a poll anyone relies on.
constexpr auto kIdleWait = std::chrono::seconds(1);

domain::Verdict verdict_of(domain::EncodedFrame&& frame,
                           std::variant<domain::FrameResult, domain::FrameDrop, domain::Error>&& outcome) {
  return {.seq = frame.seq,
          .frame_id = std::move(frame.frame_id),
          .timestamp = frame.timestamp,
          .received_at = frame.received_at,
          .outcome = std::move(outcome)};
}

domain::FrameDrop drop_for(const Lane& lane, DropReason reason, base::SteadyTime now) {
  domain::FrameDrop drop{.reason = reason, .retry_after = {}};
  // What a client can wait for is its own rate; for the other reasons nobody knows a time.
  if (reason == DropReason::over_rate) drop.retry_after = std::max(base::Duration::zero(), lane.gate.earliest() - now);
  return drop;
}

std::size_t capacity_of(const Lane& lane) noexcept {
  return lane.settings.delivery == domain::Delivery::latest ? 1 : std::max<std::size_t>(1, lane.settings.queue_frames_max);
}

int credits_after_flight(const Lane& lane) noexcept {
  const std::size_t room = capacity_of(lane);
  return lane.waiting.size() >= room ? 0 : static_cast<int>(room - lane.waiting.size());
}

// The moment since which a frame has waited for the server: not before its lane's rate let it go.
base::SteadyTime waiting_since(const Lane& lane, const domain::EncodedFrame& frame) noexcept {
  return std::max(frame.received_at, lane.gate.earliest());
}

}  // namespace

LaneSettings LaneSettings::from(const domain::StreamConfig& config, int queue_size) {
  LaneSettings settings;
  settings.delivery = config.delivery;
  settings.fps = config.fps_limit;
  if (config.max_age_ms) settings.age_max = std::chrono::milliseconds(*config.max_age_ms);
  settings.queue_frames_max = static_cast<std::size_t>(std::max(1, queue_size));
  settings.tracking = config.enable_tracking;
  settings.detect = {.confidence_threshold = static_cast<float>(config.confidence_threshold),
                     .iou_threshold = static_cast<float>(config.iou_threshold),
                     .max_detections = config.max_detections};
  return settings;
}

Scheduler::Scheduler(const base::Clock& clock, PipelineMetrics& metrics) : clock_(clock), metrics_(metrics) {}

LanePtr Scheduler::open_lane(const LaneSettings& settings, std::shared_ptr<ResultSink> sink) {
  auto lane = std::make_shared<Lane>();
  lane->settings = settings;
  lane->sink = std::move(sink);
  lane->gate.set_rate(settings.fps);
  lane->tracker.set_high_confidence(settings.detect.confidence_threshold);
  const std::lock_guard lock(mutex_);
  lane->closed = closed_;
  if (!closed_) lanes_.push_back(lane);
  return lane;
}

void Scheduler::configure(const LanePtr& lane, const LaneSettings& settings) {
  EndedList ended;
  {
    const std::lock_guard lock(mutex_);
    lane->settings = settings;
    lane->gate.set_rate(settings.fps);
    // A queue that became a slot keeps only its newest frame.
    while (lane->waiting.size() > capacity_of(*lane)) {
      ended.push_back({lane->sink, verdict_of(std::move(lane->waiting.front()), drop_for(*lane, DropReason::superseded, {}))});
      lane->waiting.pop_front();
    }
  }
  send(std::move(ended));
  wake_.notify_one();
}

void Scheduler::close_lane(const LanePtr& lane) {
  EndedList ended;
  {
    const std::lock_guard lock(mutex_);
    if (lane->closed) return;
    lane->closed = true;
    end_waiting(*lane, DropReason::session_closed, ended);
    std::erase(lanes_, lane);
    if (!lane->in_flight) lane->sink.reset();  // breaks the ring sink -> lane -> sink
  }
  send(std::move(ended));
}

bool Scheduler::offer(const LanePtr& lane, domain::EncodedFrame&& frame) {
  EndedList ended;
  {
    const std::lock_guard lock(mutex_);
    if (lane->closed) return false;
    const base::SteadyTime now = clock_.now();
    auto& waiting = lane->waiting;
    if (waiting.size() < capacity_of(*lane)) {
      waiting.push_back(std::move(frame));
    } else if (lane->settings.delivery == domain::Delivery::all) {
      ended.push_back({lane->sink, verdict_of(std::move(frame), drop_for(*lane, DropReason::queue_full, now))});
    } else {
      const bool only_waits_for_rate = !lane->in_flight && !lane->gate.allows(now);
      const DropReason reason = only_waits_for_rate ? DropReason::over_rate : DropReason::superseded;
      ended.push_back({lane->sink, verdict_of(std::move(waiting.front()), drop_for(*lane, reason, now))});
      waiting.pop_front();
      waiting.push_back(std::move(frame));
    }
  }
  wake_.notify_one();
  send(std::move(ended));
  return true;
}

int Scheduler::credits(const LanePtr& lane) const {
  const std::lock_guard lock(mutex_);
  if (lane->closed) return 0;
  return std::max(0, credits_after_flight(*lane) - (lane->in_flight ? 1 : 0));
}

std::optional<Job> Scheduler::next() {
  std::unique_lock lock(mutex_);
  while (!closed_) {
    EndedList ended;
    const base::SteadyTime now = clock_.now();
    auto job = take_ready(now, ended);
    if (job || !ended.empty()) {
      lock.unlock();
      send(std::move(ended));
      if (job) return job;
      lock.lock();
      continue;
    }
    wake_.wait_for(lock, next_event(now) - now);
  }
  return std::nullopt;
}

std::optional<Job> Scheduler::try_next() {
  EndedList ended;
  std::optional<Job> job;
  {
    const std::lock_guard lock(mutex_);
    if (!closed_) job = take_ready(clock_.now(), ended);
  }
  send(std::move(ended));
  return job;
}

std::optional<Job> Scheduler::take_ready(base::SteadyTime now, EndedList& ended) {
  Lane* const lane = pick(now, ended);
  if (lane == nullptr) return std::nullopt;
  const auto owner = std::ranges::find(lanes_, lane, [](const LanePtr& each) { return each.get(); });
  HAZARD_CHECK(owner != lanes_.end());
  Job job{.lane = *owner, .frame = std::move(lane->waiting.front()), .settings = lane->settings, .taken_at = now};
  lane->waiting.pop_front();
  lane->in_flight = true;
  lane->gate.take(now);
  const double start = std::max(lane->virtual_time, virtual_time_);
  virtual_time_ = start;
  lane->virtual_time = start + 1;
  return job;
}

Lane* Scheduler::pick(base::SteadyTime now, EndedList& ended) {
  Lane* best = nullptr;
  const auto start_of = [this](const Lane& lane) { return std::max(lane.virtual_time, virtual_time_); };
  for (const LanePtr& lane : lanes_) {
    if (lane->in_flight || lane->waiting.empty() || !lane->gate.allows(now)) continue;
    drop_stale(*lane, now, ended);
    if (lane->waiting.empty()) continue;
    if (best == nullptr || start_of(*lane) < start_of(*best) ||
        (start_of(*lane) == start_of(*best) && lane->waiting.front().received_at < best->waiting.front().received_at)) {
      best = lane.get();
    }
  }
  return best;
}

void Scheduler::drop_stale(Lane& lane, base::SteadyTime now, EndedList& ended) {
  if (!lane.settings.age_max) return;
  while (!lane.waiting.empty() && now - waiting_since(lane, lane.waiting.front()) > *lane.settings.age_max) {
    ended.push_back({lane.sink, verdict_of(std::move(lane.waiting.front()), drop_for(lane, DropReason::stale, now))});
    lane.waiting.pop_front();
  }
}

base::SteadyTime Scheduler::next_event(base::SteadyTime now) const {
  base::SteadyTime soonest = now + kIdleWait;
  for (const LanePtr& lane : lanes_) {
    if (lane->in_flight || lane->waiting.empty()) continue;
    soonest = std::min(soonest, lane->gate.earliest());
  }
  return std::max(soonest, now);
}

void Scheduler::finish(Job&& job, std::variant<domain::FrameResult, domain::Error>&& outcome) {
  const LanePtr lane = std::move(job.lane);
  EndedList ended;
  {
    const std::lock_guard lock(mutex_);
    HAZARD_CHECK(lane->in_flight);
    domain::Verdict verdict;
    if (auto* result = std::get_if<domain::FrameResult>(&outcome)) {
      result->credits = lane->closed ? 0 : credits_after_flight(*lane);
      verdict = verdict_of(std::move(job.frame), std::move(*result));
    } else {
      verdict = verdict_of(std::move(job.frame), std::move(std::get<domain::Error>(outcome)));
    }
    ended.push_back({lane->sink, std::move(verdict)});
  }
  // The lane stays in flight until its verdict is out: no other worker can overtake it, so results come in order.
  send(std::move(ended));
  {
    const std::lock_guard lock(mutex_);
    lane->in_flight = false;
    if (lane->closed) lane->sink.reset();
  }
  wake_.notify_one();
}

void Scheduler::end_waiting(Lane& lane, DropReason reason, EndedList& ended) {
  for (auto& frame : lane.waiting) {
    ended.push_back({lane.sink, verdict_of(std::move(frame), drop_for(lane, reason, {}))});
  }
  lane.waiting.clear();
}

void Scheduler::close() {
  EndedList ended;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    for (const LanePtr& lane : lanes_) {
      lane->closed = true;
      end_waiting(*lane, DropReason::session_closed, ended);
      if (!lane->in_flight) lane->sink.reset();
    }
    lanes_.clear();
  }
  wake_.notify_all();
  send(std::move(ended));
}

std::size_t Scheduler::lanes() const {
  const std::lock_guard lock(mutex_);
  return lanes_.size();
}

std::size_t Scheduler::waiting_frames() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const LanePtr& lane : lanes_) count += lane->waiting.size();
  return count;
}

void Scheduler::send(EndedList&& ended) {
  for (Ended& each : ended) {
    metrics_.count(each.verdict);
    if (each.sink) each.sink->on_verdict(std::move(each.verdict));
  }
}

}  // namespace hazard::pipeline
