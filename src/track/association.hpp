// Which detection continues which track: cost and gate of one pair, and the best set of pairs. Boxes overlap, or, where the camera
// moves too far between two frames for that, lie near enough for their size and for what is known of the motion. Classes never mix.
// Used by tracker.cpp, which calls it once per stage.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "domain/detection.hpp"
#include "track/assignment.hpp"
#include "track/box_filter.hpp"

namespace hazard::track {

// When a pair is possible at all: enough overlap, or the centres within `reach` sizes and not surprising.
struct Gate {
  float iou_least = 0.1F;
  float reach = 3.0F;  // distance of the centres over the mean size of the two boxes
};

struct Candidate {
  // `motion` has already been predicted to the time of the detections.
  Candidate(const BoxFilter* track_motion, int track_class) noexcept
      : motion(track_motion), class_id(track_class), expected(track_motion->box()) {}

  const BoxFilter* motion;
  int class_id;
  domain::PixelBox expected;
};

// 0 (the same box) .. 1 (just possible), or kForbidden.
float pair_cost(const Candidate& track, const domain::Detection& detection, const Gate& gate) noexcept;

class Associator {
 public:
  // For each track the index of its detection, or AssignmentSolver::kAlone. The view is good until the next call.
  std::span<const int> match(std::span<const Candidate> tracks, std::span<const domain::Detection> detections, const Gate& gate);

 private:
  AssignmentSolver solver_;
  std::vector<float> costs_;
};

}  // namespace hazard::track
