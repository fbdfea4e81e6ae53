#include "pipeline/lane_order.hpp"

#include <chrono>
#include <cmath>
#include <cstddef>
#include <limits>

namespace hazard::pipeline {
namespace {

// Longer than a turn of the fullest machine that still takes newcomers, who are all promised a frame a second.
constexpr auto kRenewsWithin = std::chrono::seconds(2);

// So many rounds may lie between streams whose frames are replaced: within one, the last of a round has no choice left, and its frame is
// up to an interval old. More makes the time between a stream's results longer and the ages hardly shorter (docs/decisions/0014).
constexpr double kRoundsApart = 3;
// What the rounds beyond the first may add to that time. Streams that get a few results a second would seem to get too few of them.
constexpr double kAddedGapS = 0.25;

// The sender goes by its own clock, and its frames are not all looked at.
bool is_replaced(const Lane& lane, base::SteadyTime now) noexcept {
  return lane.renewed_at && now - *lane.renewed_at < kRenewsWithin;
}

// A newer frame will soon take the place of the one that waits.
// One that waits for its verdict before it sends, and every kept frame, is not helped by waiting.
// Nor is one that has waited for a quarter of the age its client allows: at a half the result is late (quality_ladder.hpp).
bool renews(const Lane& lane, base::SteadyTime now) noexcept {
  const auto& most = lane.settings.age_max;
  const bool due = most && now - lane.waiting.back().received_at > *most / 4;
  return is_replaced(lane, now) && !due;
}

// Of two that renew the one whose frame is fresher: the other will soon have a fresher one too, and loses nothing but time that its
// frame would have spent growing old. What is kept waits in the order of its start.
bool goes_before(const Lane& a, const Lane& b, base::SteadyTime now) noexcept {
  const base::SteadyTime from_a = a.waiting.back().received_at;
  const base::SteadyTime from_b = b.waiting.back().received_at;
  if (renews(a, now) && renews(b, now) && from_a != from_b) return from_a > from_b;
  if (a.start != b.start) return a.start < b.start;
  return a.waiting_since < b.waiting_since;
}

struct Round {
  double start = std::numeric_limits<double>::infinity();  // the earliest of the lanes that are ready
  double open = 1;                                         // rounds
};

// Where something is kept one round is open, so that nobody passes it twice.
Round round_of(std::span<const std::shared_ptr<Lane>> lanes, base::SteadyTime now) noexcept {
  Round round;
  double least_fps = std::numeric_limits<double>::infinity();
  for (const auto& lane : lanes) {
    if (!is_ready(*lane, now)) continue;
    round.start = std::min(round.start, lane->start);
    least_fps = std::min(least_fps, renews(*lane, now) ? lane->granted_fps : 0);
  }
  round.open = std::clamp(1 + std::floor(kAddedGapS * least_fps), 1.0, kRoundsApart);
  return round;
}

}  // namespace

Lane* next_lane(std::span<const std::shared_ptr<Lane>> lanes, base::SteadyTime now) noexcept {
  const Round round = round_of(lanes, now);
  Lane* freshest = nullptr;
  Lane* first_kept = nullptr;
  for (const auto& lane : lanes) {
    if (!is_ready(*lane, now) || lane->start >= round.start + round.open) continue;
    Lane*& best = renews(*lane, now) ? freshest : first_kept;
    if (best == nullptr || goes_before(*lane, *best, now)) best = lane.get();
  }
  if (freshest == nullptr || first_kept == nullptr) return freshest != nullptr ? freshest : first_kept;
  return goes_before(*freshest, *first_kept, now) ? freshest : first_kept;
}

void TurnCounter::begin(Lane& lane, std::span<const std::shared_ptr<Lane>> lanes, base::SteadyTime now) noexcept {
  lane.start = earliest_start(lane, now);
  if (lane.stream || lane.taken > 0) return;
  // A single picture. Each of them would start now, however many came before it: together they would let nobody else have a turn.
  lane.start = std::max(lane.start, pictures_);
  const auto pictures = std::ranges::count_if(lanes, [](const auto& each) { return !each->stream; });
  pictures_ = lane.start + 1 / static_cast<double>(std::max<std::ptrdiff_t>(1, pictures));
}

void TurnCounter::take(Lane& lane, std::span<const std::shared_ptr<Lane>> lanes, base::SteadyTime now) noexcept {
  now_ = std::max(now_, round_of(lanes, now).start);
  lane.virtual_time = lane.start + 1 / lane.settings.weight;
  lane.start = earliest_start(lane, now);
}

// Idleness brings no credit. Where a stream's frames are replaced it is not idle while none waits for a moment, and keeps what the others
// are ahead of it.
double TurnCounter::earliest_start(const Lane& lane, base::SteadyTime now) const noexcept {
  return std::max(lane.virtual_time, is_replaced(lane, now) ? now_ - kRoundsApart : now_);
}

}  // namespace hazard::pipeline
