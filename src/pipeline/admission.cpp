#include "pipeline/admission.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "pipeline/fair_grants.hpp"

namespace hazard::pipeline {
namespace {

constexpr base::Duration kShareOutEvery = std::chrono::seconds(1);
// Of the measured capacity; the rest is for what the measurement did not see.
constexpr double kPromised = 0.95;
// A lane that sent nothing for so long takes nothing of the machine now, though its share is still kept for it.
constexpr base::Duration kWorksWithin = std::chrono::seconds(2);

bool sends(const Lane& lane, base::SteadyTime now) noexcept {
  return lane.stream && !lane.closed && now - lane.sent_at < kSendsWithin;
}

double asked_by(double fps) noexcept { return fps > 0 ? fps : std::numeric_limits<double>::infinity(); }

std::vector<double> asked_by_senders(Admission::Lanes lanes, base::SteadyTime now) {
  std::vector<double> asked;
  for (const auto& lane : lanes) {
    if (sends(*lane, now)) asked.push_back(asked_by(lane->settings.fps));
  }
  return asked;
}

}  // namespace

bool Admission::has_room(Lanes lanes, double fps, base::SteadyTime now) const {
  const double capacity = estimate_.fps();
  if (capacity <= 0) return true;
  std::vector<double> asked = asked_by_senders(lanes, now);
  asked.push_back(std::max(asked_by(fps), kFpsLeast));
  return fair_level(asked, capacity * kPromised) >= kFpsLeast;
}

void Admission::share_out(Lanes lanes, base::SteadyTime now) {
  shared_out_at_ = now;
  const double capacity = estimate_.fps();
  std::vector<double> asked = asked_by_senders(lanes, now);
  const double level = capacity > 0 ? fair_level(asked, capacity * kPromised) : std::numeric_limits<double>::infinity();
  // A lane that sends nothing now would share with those who do.
  asked.push_back(std::numeric_limits<double>::infinity());
  const double level_for_one_more =
      capacity > 0 ? fair_level(asked, capacity * kPromised) : std::numeric_limits<double>::infinity();
  for (const auto& lane : lanes) {
    if (!lane->stream) continue;
    const double granted = std::min(asked_by(lane->settings.fps), sends(*lane, now) ? level : level_for_one_more);
    lane->granted_fps = granted < std::numeric_limits<double>::infinity() ? granted : 0;
  }
}

void Admission::tend(Lanes lanes, base::SteadyTime now) {
  if (now - shared_out_at_ >= kShareOutEvery) share_out(lanes, now);
}

double Admission::granted(Lanes lanes, base::SteadyTime now) const {
  double sum = 0;
  for (const auto& lane : lanes) sum += sends(*lane, now) ? lane->granted_fps : 0;
  return sum;
}

QualityLadder::Crowd Admission::crowd_around(const Lane& mine, Lanes lanes, base::SteadyTime now) const {
  QualityLadder::Crowd crowd{.capacity_fps = estimate_.fps(), .work_fps = 0, .turn = 0};
  for (const auto& lane : lanes) {
    if (lane.get() == &mine || lane->closed || now - lane->sent_at >= kWorksWithin) continue;
    const double cost = lane->ladder.rung().cost;
    crowd.work_fps += cost * std::min(asked_by(lane->settings.fps), lane->ladder.offered_fps());
    crowd.turn += cost;
  }
  return crowd;
}

}  // namespace hazard::pipeline
