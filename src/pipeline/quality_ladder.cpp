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
constexpr double kRoom = 0.8;        // of the age budget, on the better rung

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
  offers_ = results_ = 0;
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
  if (settles(outcome.stand_in, now)) {
    begin_window(now);
    return std::nullopt;
  }
  ++results_;
  age_sum_ += seconds(outcome.age);
  if (now - window_since_ < kWindow) return std::nullopt;
  const auto reason = judge(outcome.granted_fps, now);
  begin_window(now);
  return reason;
}

std::optional<std::string_view> QualityLadder::judge(double granted, base::SteadyTime now) noexcept {
  const double span = seconds(now - window_since_);
  const double age = age_sum_ / results_;
  const double budget = options_.age_max ? seconds(*options_.age_max) / 2 : 0;
  const double wanted = granted > 0 ? std::min(granted, offers_ / span) : 0;
  const bool late = budget > 0 && age > budget;
  const bool slow = wanted >= 1 && results_ / span < kSeldom * wanted && offers_ > results_ + 1;
  if (late || slow) {
    room_ = false;
    const std::size_t before = index_;
    step_down(late ? age / (kRoom * budget) : 1.0, now);
    return index_ == before ? std::nullopt : std::optional<std::string_view>(late ? "late" : "slow");
  }
  const auto next = better(index_);
  if (!next) return std::nullopt;
  const double there = age * kRungs[*next].cost / kRungs[index_].cost;
  if (budget > 0 && there > kRoom * budget) {
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
