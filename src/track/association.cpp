#include "track/association.hpp"

#include <algorithm>
#include <cmath>

namespace hazard::track {
namespace {

using domain::PixelBox;

// All but 1 of 10,000 true continuations, if the filter's model were exact: chi-square, two degrees of freedom, -2 ln(0.0001).
// It is not exact under a moving camera; 9.21 (1 of 100) lost twice as many identities on the road of tracker_road_test.cpp.
constexpr double kSurpriseMost = 18.42;
// The same with four degrees of freedom.
constexpr double kRoadSurpriseMost = 23.5;
constexpr float kLeavingOverlapLeast = 0.3F;
constexpr float kRoadOverlapNear = 0.1F;
constexpr float kCutGapMost = 0.1F;  // of the picture's width
constexpr float kRoadOverlapSure = 0.5F;
constexpr double kRoadReach = 2.0;  // sizes
// So near is never too surprising: frames that left the camera 100 ms apart may arrive together, and then nothing seems to have had
// the time to move.
constexpr double kNearInSizes = 0.75;
// Without overlap, neither side may differ by more than this factor from the expected one.
constexpr double kSideRatioMost = 3.0;

bool sides_agree(const PixelBox& a, const PixelBox& b) noexcept {
  const auto close = [](double x, double y) { return x < y * kSideRatioMost && y < x * kSideRatioMost; };
  return close(a.width(), b.width()) && close(a.height(), b.height());
}

double distance_in_sizes(const PixelBox& a, const PixelBox& b) noexcept {
  const double dx = (static_cast<double>(a.x1) + a.x2 - b.x1 - b.x2) / 2;
  const double dy = (static_cast<double>(a.y1) + a.y2 - b.y1 - b.y2) / 2;
  return std::hypot(dx, dy) / ((size_of(a) + size_of(b)) / 2);
}

// Of two boxes apart, the wider of the gaps across and down; negative when they overlap.
float gap_between(const PixelBox& a, const PixelBox& b) noexcept {
  return std::max(std::max(a.x1, b.x1) - std::min(a.x2, b.x2), std::max(a.y1, b.y1) - std::min(a.y2, b.y2));
}

// Of a thing that leaves the picture less and less is seen, in the end a piece somewhere inside of where the whole would be.
float overlap_on_road(const Candidate& track, const PixelBox& found) noexcept {
  if (!cuts_of(found, track.picture).any()) return domain::iou(track.expected, found);
  const float w = std::min(track.expected.x2, found.x2) - std::max(track.expected.x1, found.x1);
  const float h = std::min(track.expected.y2, found.y2) - std::max(track.expected.y1, found.y1);
  return w <= 0 || h <= 0 ? 0 : w * h / found.area();
}

float pair_cost_on_road(const Candidate& track, const PixelBox& found) noexcept {
  const float overlap = overlap_on_road(track, found);
  const double surprise = track.road->surprise(found, track.picture, track.camera);
  if (surprise > kRoadSurpriseMost && overlap < kRoadOverlapSure) return kForbidden;
  // However uncertain a place is: what is to be the same must lie near and look alike, and what is leaving the picture does not come
  // back whole.
  const bool found_cut = cuts_of(found, track.picture).any();
  const bool expected_cut = cuts_of(track.expected, track.picture).any();
  if (expected_cut && !found_cut && overlap < kLeavingOverlapLeast) return kForbidden;
  if (!found_cut && overlap < kRoadOverlapNear &&
      (distance_in_sizes(track.expected, found) > kRoadReach || !sides_agree(track.expected, found))) {
    return kForbidden;
  }
  if (found_cut && gap_between(track.expected, found) > kCutGapMost * static_cast<float>(track.picture.width)) return kForbidden;
  return static_cast<float>((1.0 - overlap + std::min(1.0, surprise / kRoadSurpriseMost)) / 2);
}

}  // namespace

float pair_cost(const Candidate& track, const domain::Detection& detection, const Gate& gate) noexcept {
  if (track.class_id != detection.class_id) return kForbidden;
  const PixelBox& expected = track.expected;
  if (track.road != nullptr) return pair_cost_on_road(track, detection.box);
  const float overlap = domain::iou(expected, detection.box);
  const double distance = distance_in_sizes(expected, detection.box);
  if (overlap < gate.iou_least) {
    if (distance > gate.reach || !sides_agree(expected, detection.box)) return kForbidden;
    if (distance > kNearInSizes && track.motion->centre_surprise(detection.box) > kSurpriseMost) return kForbidden;
  }
  const double far = std::min(1.0, distance / gate.reach);
  return static_cast<float>((1.0 - overlap + far) / 2);
}

std::span<const int> Associator::match(std::span<const Candidate> tracks, std::span<const domain::Detection> detections,
                                       const Gate& gate) {
  costs_.clear();
  for (const Candidate& track : tracks) {
    for (const domain::Detection& detection : detections) costs_.push_back(pair_cost(track, detection, gate));
  }
  return solver_.solve(costs_, tracks.size(), detections.size(), kAloneCost);
}

}  // namespace hazard::track
