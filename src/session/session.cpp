#include "session/session.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>

#include "base/check.hpp"
#include "base/ids.hpp"
#include "session/capture_age.hpp"
#include "wire/server_message.hpp"

namespace hazard::session {
namespace {

std::uint64_t next_life() noexcept {
  static std::atomic<std::uint64_t> lives = 0;
  return ++lives;
}

std::shared_ptr<const std::string> share(std::string&& text) { return std::make_shared<const std::string>(std::move(text)); }

}  // namespace

Session::Session(Options&& options, const SessionLimits& limits, pipeline::Pipeline& pipeline, std::shared_ptr<Totals> totals)
    : id_(std::move(options.id)),
      life_(next_life()),
      limits_(limits),
      pipeline_(pipeline),
      totals_(std::move(totals)),
      model_(pipeline.model()),
      opened_at_(pipeline.clock().now()),
      created_at_(pipeline.clock().wall()),
      transport_(options.transport),
      config_(options.config),
      speaks_new_(options.speaks_new),
      used_at_(opened_at_) {
  if (options.saved != nullptr) restore(*options.saved);
}

domain::Result<std::shared_ptr<Session>> Session::open(Options options, const SessionLimits& limits, pipeline::Pipeline& pipeline,
                                                       std::shared_ptr<Totals> totals) {
  const wire::SessionState* const saved = options.saved;
  const base::SteadyTime saved_at = pipeline.clock().now() - options.paused;
  const std::shared_ptr<Session> session(new Session(std::move(options), limits, pipeline, std::move(totals)));
  using Entry = pipeline::Scheduler::Entry;
  auto lane = pipeline.scheduler().open_stream(pipeline::LaneSettings::from(session->config_, limits.stream.queue_size), session,
                                               saved != nullptr ? Entry::returning : Entry::newcomer);
  if (!lane) return std::unexpected(std::move(lane.error()));
  session->lane_ = std::move(*lane);
  if (saved != nullptr) session->restore_tracker(saved->tracker, saved_at);
  return session;
}

Transport Session::transport() const {
  const std::lock_guard lock(mutex_);
  return transport_;
}

// A session that was restored before the model was loaded has the model that came.
std::shared_ptr<const domain::ModelInfo> Session::model() const { return model_ ? model_ : pipeline_.model(); }

Session::Accepted Session::receive(std::string&& frame_id, base::SteadyTime received_at) {
  const std::lock_guard lock(mutex_);
  ++counters_.received;
  ++counters_.in_flight;
  used_at_ = std::max(used_at_, received_at);
  if (transport_ == Transport::sse) detached_since_.reset();
  return {.seq = ++last_seq_, .frame_id = frame_id.empty() ? base::make_uuid() : std::move(frame_id)};
}

Session::Accepted Session::offer(wire::FrameMessage&& message, base::SteadyTime received_at) {
  totals_->frame_received();
  const std::lock_guard in_a_row(offer_mutex_);
  Accepted accepted = receive(std::move(message.frame.frame_id), received_at);
  domain::EncodedFrame frame = std::move(message.frame);
  frame.seq = accepted.seq;
  frame.frame_id = accepted.frame_id;
  if (limits_.sights && frame.location) {
    const std::lock_guard lock(mutex_);
    places_.emplace(accepted.seq, *frame.location);
  }
  frame.received_at = received_at;
  if (!pipeline_.scheduler().offer(lane_, std::move(frame))) {
    on_verdict({.seq = accepted.seq,
                .frame_id = accepted.frame_id,
                .timestamp = frame.timestamp,
                .received_at = received_at,
                .outcome = domain::FrameDrop{.reason = domain::DropReason::session_closed, .retry_after = {}}});
  }
  return accepted;
}

Session::Accepted Session::refuse(const wire::Refused& refused, base::SteadyTime received_at) {
  totals_->frame_received();
  const std::lock_guard in_a_row(offer_mutex_);
  Accepted accepted = receive(std::string(refused.frame_id), received_at);
  on_verdict({.seq = accepted.seq,
              .frame_id = accepted.frame_id,
              .timestamp = {},
              .received_at = received_at,
              .outcome = refused.error});
  return accepted;
}

void Session::on_verdict(domain::Verdict&& verdict) noexcept {
  const base::SteadyTime now = pipeline_.clock().now();
  const base::Duration age = now - verdict.received_at;
  totals_->frame_ended(verdict, age);
  const std::lock_guard lock(mutex_);
  count_ended(counters_, verdict);
  if (const auto* result = std::get_if<domain::FrameResult>(&verdict.outcome)) note_result(*result, age, now);
  if (limits_.sights) tell_sight(verdict, age);
  Outgoing message{.event = ++last_event_, .seq = verdict.seq, .json = {}};
  if (const auto* drop = std::get_if<domain::FrameDrop>(&verdict.outcome)) message.drop = drop->reason;
  message.is_result = std::holds_alternative<domain::FrameResult>(verdict.outcome);
  const auto model = this->model();
  const base::WallTime wall = pipeline_.clock().wall();
  const domain::StreamConfig& config = config_for(verdict.seq);
  message.json = share(wire::verdict_message(verdict, {.session_id = id_,
                                                       .event = message.event,
                                                       .replayed = false,
                                                       .fields = config.fields,
                                                       .quality_mode = config.quality_mode,
                                                       .model = model.get(),
                                                       .now = wall,
                                                       .age = age,
                                                       .capture_age = capture_age(verdict.timestamp, wall)}));
  ring_.push(message);
  for (const auto& subscriber : subscribers_) subscriber->deliver(message);
  if (goodbye_ && counters_.in_flight == 0) say_goodbye();
}

void Session::on_picture(domain::EncodedFrame&& frame) noexcept {
  if (!limits_.sights) return;
  auto picture = std::make_shared<const domain::EncodedFrame>(std::move(frame));
  const std::lock_guard lock(mutex_);
  picture_ = std::move(picture);
}

void Session::on_quality(const domain::QualityChange& change) noexcept {
  const std::lock_guard lock(mutex_);
  if (!speaks_new_ && transport_ == Transport::websocket) return;
  const Outgoing message{
      .event = 0, .seq = 0, .json = share(wire::quality_changed(change, config_.quality_mode, pipeline_.clock().wall()))};
  for (const auto& subscriber : subscribers_) subscriber->deliver(message);
}

void Session::note_result(const domain::FrameResult& result, base::Duration age, base::SteadyTime now) {
  const Sample sample{.at = now, .age_ms = static_cast<float>(base::to_ms(age))};
  if (samples_.size() < kSamples) {
    samples_.push_back(sample);
  } else {
    samples_[next_sample_] = sample;
  }
  next_sample_ = (next_sample_ + 1) % kSamples;
  total_ms_sum_ += base::to_ms(result.times.total);
}

// Pictures that nobody looked at say nothing: their boxes were moved on.
void Session::tell_sight(const domain::Verdict& verdict, base::Duration age) {
  const auto place = places_.extract(verdict.seq);
  const auto picture = std::exchange(picture_, nullptr);
  const auto* result = std::get_if<domain::FrameResult>(&verdict.outcome);
  const auto model = this->model();
  if (result == nullptr || result->predicted || !model) return;
  const auto at = pipeline_.clock().wall() - std::chrono::duration_cast<base::WallTime::duration>(age);
  limits_.sights->saw({.session_id = id_,
                       .frame_id = verdict.frame_id,
                       .result = *result,
                       .model = *model,
                       .location = place.empty() ? std::nullopt : std::optional(place.mapped()),
                       .at = at,
                       .confidence_threshold = config_for(verdict.seq).confidence_threshold,
                       .picture = picture && picture->seq == verdict.seq ? picture : nullptr});
}

domain::Result<domain::StreamConfig> Session::update(const domain::StreamConfigPatch& patch) {
  const std::lock_guard in_a_row(offer_mutex_);
  const auto next = domain::apply(config(), patch, limits_.stream);
  if (!next) return next;
  const std::uint64_t flying =
      pipeline_.scheduler().configure(lane_, pipeline::LaneSettings::from(*next, limits_.stream.queue_size));
  const std::lock_guard lock(mutex_);
  // A second update while the same frame flies changes nothing for that frame.
  if (flying != 0 && !(earlier_ && earlier_->until >= flying)) earlier_ = Earlier{.config = config_, .until = flying};
  config_ = *next;
  return next;
}

const domain::StreamConfig& Session::config_for(std::uint64_t seq) const {
  return earlier_ && seq <= earlier_->until ? earlier_->config : config_;
}

void Session::note_new_words() {
  const std::lock_guard lock(mutex_);
  speaks_new_ = true;
}

domain::StreamConfig Session::config() const {
  const std::lock_guard lock(mutex_);
  return config_;
}

bool Session::attach(std::shared_ptr<Subscriber> subscriber, std::optional<std::uint64_t> last_event) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  if (transport_ == Transport::sse) detached_since_.reset();
  if (last_event) replay(*subscriber, *last_event);
  subscribers_.push_back(std::move(subscriber));
  return true;
}

void Session::replay(Subscriber& subscriber, std::uint64_t last_event) const {
  const VerdictRing::Replay missed = ring_.after(last_event);
  if (missed.missing_to != 0) {
    subscriber.deliver({.event = 0, .seq = 0, .json = share(wire::gap(missed.missing_from, missed.missing_to))});
  }
  for (const Outgoing& each : missed.verdicts) {
    Outgoing again = each;  // the text is shared with the ring: readers that come back and read nothing cost no copy of it
    again.replayed = true;
    subscriber.deliver(again);
  }
}

void Session::detach(const Subscriber* subscriber) {
  const std::lock_guard lock(mutex_);
  std::erase_if(subscribers_, [subscriber](const auto& each) { return each.get() == subscriber; });
  used_at_ = pipeline_.clock().now();
}

void Session::close(EndReason reason, base::Duration retry_after) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    closed_ = true;
  }
  // Subscribers are still there: they hear how the waiting frames ended, and the one in flight.
  pipeline_.scheduler().close_lane(lane_);
  const std::lock_guard lock(mutex_);
  goodbye_ = {.reason = reason, .retry_after = retry_after};
  if (counters_.in_flight == 0) say_goodbye();
}

void Session::say_goodbye() {
  const Goodbye goodbye = *std::exchange(goodbye_, std::nullopt);
  if (limits_.sights) limits_.sights->ended(id_, life_);
  for (const auto& subscriber : std::exchange(subscribers_, {})) subscriber->session_ended(goodbye.reason, goodbye.retry_after);
}

wire::Counters Session::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

std::optional<base::SteadyTime> Session::idle_since() const {
  const std::lock_guard lock(mutex_);
  if (!subscribers_.empty() || detached_since_) return std::nullopt;
  return used_at_;
}

wire::SessionView Session::view() const {
  const std::lock_guard lock(mutex_);
  const base::SteadyTime now = pipeline_.clock().now();
  wire::SessionView view{.session_id = id_, .config = config_, .counters = counters_};
  view.uptime_seconds = base::to_ms(now - opened_at_) / 1000.0;
  view.created_at = base::epoch_seconds(created_at_);
  const pipeline::LaneState lane = pipeline_.scheduler().state_of(lane_);
  view.granted_fps = lane.granted_fps;
  view.input_scale = lane.rung.scale;
  view.every = lane.rung.every;
  view.viewers = static_cast<int>(subscribers_.size());
  view.websocket = transport_ == Transport::websocket;
  view.detached = detached_since_.has_value();
  view.last_seq = last_seq_;
  view.last_event = last_event_;
  if (counters_.results > 0) view.avg_processing_time_ms = total_ms_sum_ / static_cast<double>(counters_.results);
  if (samples_.empty()) return view;

  constexpr auto kRateWindow = std::chrono::seconds(5);
  std::vector<float> ages;
  std::size_t recent = 0;
  for (const Sample& sample : samples_) {
    ages.push_back(sample.age_ms);
    if (now - sample.at <= kRateWindow) ++recent;
  }
  view.current_fps = static_cast<double>(recent) / 5.0;
  std::ranges::sort(ages);
  view.age_p50_ms = static_cast<double>(ages[ages.size() / 2]);
  view.age_p99_ms = static_cast<double>(ages[ages.size() * 99 / 100]);
  return view;
}

}  // namespace hazard::session
