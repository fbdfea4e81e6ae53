#include "pipeline/scheduler.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "base/check.hpp"

namespace hazard::pipeline {

using domain::DropReason;

struct Scheduler::Ended {
  std::shared_ptr<ResultSink> sink;
  std::variant<domain::Verdict, domain::QualityChange> news;
};

namespace {

// Without a ready lane a worker looks again this often: a bound on the wait, not a poll anyone relies on.
constexpr auto kIdleWait = std::chrono::seconds(1);
// Another lane that finished less than this many service times ago is about to come back.
constexpr double kComesBackWithin = 1.5;

domain::Verdict verdict_of(domain::EncodedFrame&& frame,
                           std::variant<domain::FrameResult, domain::FrameDrop, domain::Error>&& outcome) {
  return {.seq = frame.seq,
          .frame_id = std::move(frame.frame_id),
          .timestamp = frame.timestamp,
          .received_at = frame.received_at,
          .outcome = std::move(outcome)};
}

// How long a frame was on its way, by two clocks that may differ.
std::optional<base::Duration> transit_of(const domain::EncodedFrame& frame, base::WallTime now) noexcept {
  if (!frame.timestamp) return std::nullopt;
  const double seconds = base::epoch_seconds(now) - *frame.timestamp;
  constexpr double kDayS = 86400;
  if (!(std::abs(seconds) < 365 * kDayS)) return std::nullopt;
  return std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(seconds));
}

domain::FrameDrop drop_for(const Lane& lane, DropReason reason, base::SteadyTime now) {
  domain::FrameDrop drop{.reason = reason, .retry_after = {}};
  // What a client can wait for is its own rate; for the other reasons nobody knows a time.
  if (reason == DropReason::over_rate) drop.retry_after = std::max(base::Duration::zero(), lane.gate.earliest() - now);
  return drop;
}

}  // namespace

Scheduler::Scheduler(const base::Clock& clock, PipelineMetrics& metrics) : clock_(clock), metrics_(metrics) {}

void Scheduler::equip(const Equipment& equipment) {
  const std::lock_guard lock(mutex_);
  equipment_ = equipment;
  admission_.estimate().configure(equipment.strategies, equipment.workers);
  for (const LanePtr& lane : lanes_) configure_ladder(*lane);
}

void Scheduler::seed_capacity(double fps) {
  const std::lock_guard lock(mutex_);
  admission_.estimate().seed(fps);
}

void Scheduler::configure_ladder(Lane& lane) {
  lane.ladder.configure({.mode = lane.settings.quality,
                         .age_max = lane.settings.age_max,
                         .smaller_inputs = equipment_.smaller_inputs,
                         .prediction = lane.settings.tracking},
                        clock_.now());
}

LanePtr Scheduler::open_lane(const LaneSettings& settings, std::shared_ptr<ResultSink> sink) {
  auto lane = std::make_shared<Lane>();
  lane->settings = settings;
  lane->sink = std::move(sink);
  lane->gate.set_rate(settings.fps);
  lane->memory.tracker.set_high_confidence(settings.detect.confidence_threshold);
  const std::lock_guard lock(mutex_);
  configure_ladder(*lane);
  lane->closed = closed_;
  if (!closed_) lanes_.push_back(lane);
  return lane;
}

domain::Result<LanePtr> Scheduler::open_stream(const LaneSettings& settings, std::shared_ptr<ResultSink> sink, Entry entry) {
  if (entry == Entry::newcomer) {
    const std::lock_guard lock(mutex_);
    if (!admission_.has_room(lanes_, settings.fps, clock_.now())) {
      metrics_.refused_streams.add();
      return std::unexpected(
          domain::Error{.code = domain::ErrorCode::overloaded,
                        .message = "the machine is fully used: every stream would get less than a frame a second",
                        .retry_after = kSendsWithin});
    }
  }
  LanePtr lane = open_lane(settings, std::move(sink));
  const std::lock_guard lock(mutex_);
  lane->stream = true;
  admission_.share_out(lanes_, clock_.now());
  return lane;
}

std::uint64_t Scheduler::configure(const LanePtr& lane, const LaneSettings& settings) {
  EndedList ended;
  std::uint64_t flying = 0;
  {
    const std::lock_guard lock(mutex_);
    if (lane->in_flight) flying = lane->flying_seq;
    lane->settings = settings;
    lane->gate.set_rate(settings.fps);
    configure_ladder(*lane);
    // A queue that became a slot keeps only its newest frame.
    while (lane->waiting.size() > capacity_of(*lane)) {
      ended.push_back({lane->sink, verdict_of(take_waiting(*lane), drop_for(*lane, DropReason::superseded, {}))});
    }
    admission_.share_out(lanes_, clock_.now());
  }
  send(std::move(ended));
  wake_.notify_one();
  return flying;
}

void Scheduler::keep_waiting(Lane& lane, domain::EncodedFrame&& frame) {
  waiting_bytes_ += frame.buffer.size();
  lane.waiting.push_back(std::move(frame));
}

domain::EncodedFrame Scheduler::take_waiting(Lane& lane) {
  domain::EncodedFrame frame = std::move(lane.waiting.front());
  lane.waiting.pop_front();
  waiting_bytes_ -= frame.buffer.size();
  return frame;
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
    // Whoever begins to send takes a share from the others at once.
    const bool begins = lane->stream && now - lane->sent_at >= kSendsWithin;
    lane->sent_at = now;
    if (begins) admission_.share_out(lanes_, now);
    lane->ladder.note_offer(now);
    lane->pacing.note_arrival(transit_of(frame, clock_.wall()), now);
    if (waiting.empty()) {
      lane->waiting_since = now;
      turns_.begin(*lane, lanes_, now);
    }
    // One frame of each lane always has its place; the queues behind share what there is.
    const bool affordable = waiting.empty() || waiting_bytes_ + frame.buffer.size() <= equipment_.queued_bytes_max;
    if (waiting.size() < capacity_of(*lane) && affordable) {
      keep_waiting(*lane, std::move(frame));
    } else if (lane->settings.delivery == domain::Delivery::all) {
      ended.push_back({lane->sink, verdict_of(std::move(frame), drop_for(*lane, DropReason::queue_full, now))});
    } else {
      const bool only_waits_for_rate = !lane->in_flight && !lane->gate.allows(now);
      const DropReason reason = only_waits_for_rate ? DropReason::over_rate : DropReason::superseded;
      ended.push_back({lane->sink, verdict_of(take_waiting(*lane), drop_for(*lane, reason, now))});
      keep_waiting(*lane, std::move(frame));
      lane->renewed_at = now;
    }
  }
  wake_.notify_one();
  send(std::move(ended));
  return true;
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
  admission_.tend(lanes_, now);
  if (alone_running_) return std::nullopt;
  drop_stale(now, ended);
  Lane* const lane = next_lane(lanes_, now);
  if (lane == nullptr) return std::nullopt;
  const auto owner = std::ranges::find(lanes_, lane, [](const LanePtr& each) { return each.get(); });
  HAZARD_CHECK(owner != lanes_.end());
  turns_.take(*lane, lanes_, now);
  Job job{.lane = *owner, .frame = take_waiting(*lane), .settings = lane->settings, .taken_at = now};
  job.strategy = strategy_for(*lane, now);
  job.rung = lane->ladder.rung();
  job.fit = fit_for(job.rung, job.strategy, lane->settings.quality);
  job.settings.reuse = job.settings.reuse && equipment_.reuse_still;
  job.look = lane->taken++ % static_cast<std::uint64_t>(job.rung.every) == 0;
  lane->waiting_since = now;
  lane->in_flight = true;
  lane->flying_seq = job.frame.seq;
  lane->gate.take(now);
  ++running_;
  alone_running_ = job.strategy == detect::Strategy::alone && equipment_.strategies == detect::Strategies::both;
  return job;
}

detect::Strategy Scheduler::strategy_for(const Lane& lane, base::SteadyTime now) const {
  if (equipment_.strategies != detect::Strategies::both) {
    return equipment_.strategies == detect::Strategies::alone ? detect::Strategy::alone : detect::Strategy::shared;
  }
  if (running_ > 0) return detect::Strategy::shared;
  const bool others_wait =
      std::ranges::any_of(lanes_, [&](const LanePtr& other) { return other.get() != &lane && is_ready(*other, now); });
  const Finished& other = lately_[0].lane == &lane ? lately_[1] : lately_[0];
  const ServiceEstimate& estimate = admission_.estimate();
  const base::Duration service = std::max(estimate.service(detect::Strategy::shared), estimate.service(detect::Strategy::alone));
  const auto comes_back = std::chrono::duration_cast<base::Duration>(kComesBackWithin * service);
  const bool other_was_here = other.lane != nullptr && now - other.at < comes_back;
  return others_wait || other_was_here ? detect::Strategy::shared : detect::Strategy::alone;
}

// What became too old while it waited is never decoded.
void Scheduler::drop_stale(base::SteadyTime now, EndedList& ended) {
  for (const LanePtr& lane : lanes_) {
    if (!lane->settings.age_max || !is_ready(*lane, now)) continue;
    while (!lane->waiting.empty() && now - waiting_since(*lane, lane->waiting.front()) > *lane->settings.age_max) {
      ended.push_back({lane->sink, verdict_of(take_waiting(*lane), drop_for(*lane, DropReason::stale, now))});
    }
  }
}

base::SteadyTime Scheduler::next_event(base::SteadyTime now) const {
  base::SteadyTime soonest = now + kIdleWait;
  if (alone_running_) return soonest;  // whatever is ready waits for its end, which wakes everyone
  for (const LanePtr& lane : lanes_) {
    if (lane->in_flight || lane->waiting.empty()) continue;
    soonest = std::min(soonest, lane->gate.earliest());
  }
  return std::max(soonest, now);
}

void Scheduler::finish(Job&& job, std::variant<domain::FrameResult, domain::Error>&& outcome) {
  const LanePtr lane = std::move(job.lane);
  EndedList ended;
  bool was_alone = false;
  std::shared_ptr<ResultSink> shown;  // who gets the picture itself
  {
    const std::lock_guard lock(mutex_);
    HAZARD_CHECK(lane->in_flight && running_ > 0);
    --running_;
    was_alone = std::exchange(alone_running_, false);
    const base::SteadyTime now = clock_.now();
    note_finished(*lane, now);
    auto* const result = std::get_if<domain::FrameResult>(&outcome);
    const auto change = result != nullptr ? note_result(*lane, job, *result, now) : std::nullopt;
    if (result != nullptr) {
      if (!result->predicted && !result->detections.empty()) shown = lane->sink;
      result->credits = lane->closed ? 0 : credits_after_flight(*lane);
      ended.push_back({lane->sink, verdict_of(std::move(job.frame), std::move(*result))});
    } else {
      ended.push_back({lane->sink, verdict_of(std::move(job.frame), std::move(std::get<domain::Error>(outcome)))});
    }
    if (change) ended.push_back({lane->sink, *change});
  }
  if (shown) shown->on_picture(std::move(job.frame));
  // The lane stays in flight until its verdict is out: no other worker can overtake it, so results come in order.
  send(std::move(ended));
  {
    const std::lock_guard lock(mutex_);
    lane->in_flight = false;
    if (lane->closed) lane->sink.reset();
  }
  // After a frame that had all cores there may be work for each of them.
  if (was_alone) {
    wake_.notify_all();
  } else {
    wake_.notify_one();
  }
}

void Scheduler::note_finished(const Lane& lane, base::SteadyTime now) {
  if (lately_[0].lane != &lane) lately_[1] = lately_[0];
  lately_[0] = {.lane = &lane, .at = now};
}

std::optional<domain::QualityChange> Scheduler::note_result(Lane& lane, const Job& job, domain::FrameResult& result,
                                                            base::SteadyTime now) {
  result.every = job.rung.every;
  const bool looked = job.look && !result.reused && result.input.width > 0;
  // What a full look would have cost: a prediction or a reused result says nothing about it.
  if (looked) metrics_.looked[static_cast<std::size_t>(job.strategy)].add();
  if (looked) admission_.estimate().note(job.strategy, now - job.taken_at, job.rung.scale == 1 ? 1 : job.rung.cost, now);
  lane.pacing.note_result(result, job.frame.picture().size());
  result.suggest = lane.pacing.suggestion(lane.settings.fps, lane.granted_fps);
  const base::SteadyTime since = std::max(job.frame.received_at, job.taken_at - result.times.queue);
  const InputRule& inputs = equipment_.inputs;
  const bool stand_in = looked && result.input != inputs.input_for(result.picture, job.fit);
  const auto reason = lane.ladder.note_result({.age = now - since,
                                               .granted_fps = lane.granted_fps,
                                               .stand_in = stand_in,
                                               .crowd = admission_.crowd_around(lane, lanes_, now)},
                                              now);
  if (!reason) return std::nullopt;
  const Rung& rung = lane.ladder.rung();
  const Fit fit = fit_for(rung, job.strategy, job.settings.quality);
  return domain::QualityChange{.input = inputs.input_for(result.picture, fit), .every = rung.every, .reason = *reason};
}

void Scheduler::end_waiting(Lane& lane, DropReason reason, EndedList& ended) {
  while (!lane.waiting.empty()) ended.push_back({lane.sink, verdict_of(take_waiting(lane), drop_for(lane, reason, {}))});
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

void Scheduler::send(EndedList&& ended) {
  for (Ended& each : ended) {
    if (const auto* change = std::get_if<domain::QualityChange>(&each.news)) {
      metrics_.quality_changes.add();
      if (each.sink) each.sink->on_quality(*change);
      continue;
    }
    auto& verdict = std::get<domain::Verdict>(each.news);
    metrics_.count(verdict);
    if (each.sink) each.sink->on_verdict(std::move(verdict));
  }
}

}  // namespace hazard::pipeline
