#include "pipeline/quality_ladder.hpp"

#include <algorithm>
#include <chrono>

namespace hazard::pipeline {

using domain::QualityMode;

namespace {

constexpr auto kWindow = std::chrono::seconds(1);
constexpr auto kPatience = std::chrono::seconds(3);
constexpr auto kPatienceMost = std::chrono::seconds(48);
// A step up that is taken back within this was a mistake, and the next one waits twice as long.
constexpr auto kProbation = std::chrono::seconds(6);
// A form is compiled in a second or two; how long a lane waits for that, and when it may wait again.
constexpr auto kSettleMost = std::chrono::seconds(3);
constexpr auto kForgetsStandIn = std::chrono::seconds(20);
constexpr double kSeldom = 2.0 / 3;  // of the promised rate
constexpr double kLateMost = 0.125;  // of the results of a window
constexpr double kRoom = 0.8;        // of the age budget, on the better rung
constexpr double kKeepsUp = 0.8;     // of the capacity: beyond it frames wait
constexpr double kWaitShare = 0.6;   // of a turn, on average; a little more than half, since turns differ

double seconds(base::Duration duration) noexcept { return std::chrono::duration<double>(duration).count(); }

}  // namespace

bool QualityLadder::allowed(std::size_t index) const noexcept {
  const Rung& rung = kRungs[index];
  switch (options_.mode) {
    case QualityMode::quality: return index == 0;
    case QualityMode::speed:
      if (index == 0) return !options_.smaller_inputs;
      break;
    case QualityMode::balanced: break;
  }
  return (rung.every == 1 || options_.prediction) && (rung.scale == 1 || options_.smaller_inputs);
}

std::optional<std::size_t> QualityLadder::cheaper(std::size_t from) const noexcept {
  for (std::size_t i = from + 1; i < kRungs.size(); ++i) {
    if (allowed(i)) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> QualityLadder::better(std::size_t from) const noexcept {
  for (std::size_t i = from; i-- > 0;) {
    if (allowed(i)) return i;
  }
  return std::nullopt;
}

void QualityLadder::configure(const Options& options, base::SteadyTime now) noexcept {
  options_ = options;
  patience_ = kPatience;
  if (!allowed(index_) || options.mode != QualityMode::balanced) {
    index_ = 0;
    while (index_ + 1 < kRungs.size() && !allowed(index_)) ++index_;
    if (!allowed(index_)) index_ = 0;
  }
  room_ = false;
  begin_window(now);
}

void QualityLadder::begin_window(base::SteadyTime now) noexcept {
  window_since_ = now;
  offers_ = results_ = late_ = 0;
  age_sum_ = 0;
}

void QualityLadder::note_offer(base::SteadyTime now) noexcept {
  // After a pause nothing is known: what was measured before it belongs to another load.
  if (now - window_since_ > 2 * kWindow) begin_window(now);
  ++offers_;
}

// Bounded: a form that never comes (the shelf is full, the model takes no other size) must not keep a late lane on its rung.
bool QualityLadder::settles(bool stand_in, base::SteadyTime now) noexcept {
  if (!stand_in) return false;
  if (!stand_in_since_ || now - stand_in_at_ > kForgetsStandIn) stand_in_since_ = now;
  stand_in_at_ = now;
  return now - *stand_in_since_ < kSettleMost;
}

std::optional<std::string_view> QualityLadder::note_result(const Outcome& outcome, base::SteadyTime now) noexcept {
  // Nor does a frame say anything that waited while the form was being compiled, which takes a core.
  const bool waited_for_it = stand_in_since_ && now - outcome.age <= stand_in_at_ && now - *stand_in_since_ < kSettleMost;
  if (settles(outcome.stand_in, now) || waited_for_it) {
    begin_window(now);
    return std::nullopt;
  }
  ++results_;
  age_sum_ += seconds(outcome.age);
  if (seconds(outcome.age) > budget()) ++late_;
  if (now - window_since_ < kWindow) return std::nullopt;
  const auto reason = judge(outcome, now);
  begin_window(now);
  return reason;
}

// How old results would be on another rung, seconds. While the machine keeps up, age goes with the work; once more is asked than it can
// do, a frame also waits for its turn, or until a newer one takes its place.
double QualityLadder::age_on(std::size_t index, double age, const Crowd& crowd) const noexcept {
  const double cost = kRungs[index].cost;
  const double worked = age * cost / kRungs[index_].cost;
  if (crowd.capacity_fps <= 0 || offered_fps_ <= 0) return worked;
  if (crowd.work_fps + offered_fps_ * cost <= kKeepsUp * crowd.capacity_fps) return worked;
  return worked + kWaitShare * std::min((crowd.turn + cost) / crowd.capacity_fps, 1 / offered_fps_);
}

std::optional<std::string_view> QualityLadder::judge(const Outcome& last, base::SteadyTime now) noexcept {
  const double span = seconds(now - window_since_);
  const double age = age_sum_ / results_;
  const double budget = this->budget();
  offered_fps_ = offers_ / span;
  const double wanted = last.granted_fps > 0 ? std::min(last.granted_fps, offered_fps_) : 0;
  // Not the average: who is promised an age is not helped by younger results in between. One late result of many is an accident.
  const bool late = budget > 0 && late_ > kLateMost * results_ && (late_ >= 2 || late_ == results_);
  const bool slow = wanted >= 1 && results_ / span < kSeldom * wanted && offers_ > results_ + 1;
  if (late || slow) {
    room_ = false;
    const std::size_t before = index_;
    step_down(late ? age / (kRoom * budget) : 1.0, now);
    return index_ == before ? std::nullopt : std::optional<std::string_view>(late ? "late" : "slow");
  }
  const auto next = better(index_);
  if (!next) return std::nullopt;
  if (budget > 0 && age_on(*next, age, last.crowd) > kRoom * budget) {
    room_ = false;
    return std::nullopt;
  }
  if (!room_) {
    room_ = true;
    room_since_ = window_since_;
  }
  if (now - room_since_ < patience_) return std::nullopt;
  step_to(*next, now);
  stepped_up_at_ = now;
  return "room";
}

// At least one rung; as many more as it takes to be `times` cheaper.
void QualityLadder::step_down(double times, base::SteadyTime now) noexcept {
  const double from = kRungs[index_].cost;
  auto target = cheaper(index_);
  while (target && kRungs[*target].cost * times > from) {
    const auto further = cheaper(*target);
    if (!further) break;
    target = further;
  }
  if (!target) return;
  const bool too_soon = stepped_up_at_ != base::SteadyTime{} && now - stepped_up_at_ < kProbation;
  patience_ = too_soon ? std::min<base::Duration>(patience_ * 2, kPatienceMost) : base::Duration(kPatience);
  step_to(*target, now);
}

void QualityLadder::step_to(std::size_t index, base::SteadyTime now) noexcept {
  index_ = index;
  room_ = false;
  room_since_ = now;
}

}  // namespace hazard::pipeline
