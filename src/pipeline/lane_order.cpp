#include "pipeline/lane_order.hpp"

#include <chrono>
#include <cstddef>
#include <limits>

namespace hazard::pipeline {
namespace {

// Longer than a turn of the fullest machine that still takes newcomers, who are all promised a frame a second.
constexpr auto kRenewsWithin = std::chrono::seconds(2);

// The sender goes by its own clock, and its frames are not all looked at: a newer one will soon take the place of the one that waits.
// One that waits for its verdict before it sends, and every kept frame, is not helped by waiting.
// Nor is one that has waited for a quarter of the age its client allows: at a half the result is late (quality_ladder.hpp).
bool renews(const Lane& lane, base::SteadyTime now) noexcept {
  const auto& most = lane.settings.age_max;
  const bool due = most && now - lane.waiting.back().received_at > *most / 4;
  return lane.renewed_at && now - *lane.renewed_at < kRenewsWithin && !due;
}

// Of two that renew the one whose frame is fresher: the other will soon have a fresher one too, and loses nothing but time that its
// frame would have spent growing old. What is kept waits in the order of its start.
bool goes_before(const Lane& a, const Lane& b, base::SteadyTime now) noexcept {
  if (renews(a, now) && renews(b, now)) return a.waiting.back().received_at > b.waiting.back().received_at;
  if (a.start != b.start) return a.start < b.start;
  return a.waiting_since < b.waiting_since;
}

}  // namespace

Lane* next_lane(std::span<const std::shared_ptr<Lane>> lanes, base::SteadyTime now) noexcept {
  double round = std::numeric_limits<double>::infinity();
  for (const auto& lane : lanes) {
    if (is_ready(*lane, now)) round = std::min(round, lane->start);
  }
  Lane* freshest = nullptr;
  Lane* first_kept = nullptr;
  for (const auto& lane : lanes) {
    // A frame that starts a whole frame later belongs to the next round, however fresh it is.
    if (!is_ready(*lane, now) || lane->start >= round + 1) continue;
    Lane*& best = renews(*lane, now) ? freshest : first_kept;
    if (best == nullptr || goes_before(*lane, *best, now)) best = lane.get();
  }
  if (freshest == nullptr || first_kept == nullptr) return freshest != nullptr ? freshest : first_kept;
  return goes_before(*freshest, *first_kept, now) ? freshest : first_kept;
}

void TurnCounter::begin(Lane& lane, std::span<const std::shared_ptr<Lane>> lanes) noexcept {
  lane.start = std::max(lane.virtual_time, now_);
  if (lane.stream || lane.taken > 0) return;
  // A single picture. Each of them would start now, however many came before it: together they would let nobody else have a turn.
  lane.start = std::max(lane.start, pictures_);
  const auto pictures = std::ranges::count_if(lanes, [](const auto& each) { return !each->stream; });
  pictures_ = lane.start + 1 / static_cast<double>(std::max<std::ptrdiff_t>(1, pictures));
}

void TurnCounter::take(Lane& lane) noexcept {
  now_ = std::max(now_, lane.start);
  lane.virtual_time = lane.start + 1 / lane.settings.weight;
  lane.start = std::max(lane.virtual_time, now_);
}

}  // namespace hazard::pipeline
