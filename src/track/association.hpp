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
#include "track/road_box.hpp"

namespace hazard::track {

// When a pair is possible at all: enough overlap, or the centres within `reach` sizes and not surprising.
struct Gate {
  float iou_least = 0.1F;
  float reach = 3.0F;  // distance of the centres over the mean size of the two boxes
};

struct Candidate {
  // A box that moves by itself; `motion` has already been predicted to the time of the detections.
  Candidate(const BoxFilter* track_motion, int track_class) noexcept
      : motion(track_motion), class_id(track_class), expected(track_motion->box()) {}
  // One that lies on the road, carried along by the camera. With `uncertain_camera` its motion is still to be settled.
  Candidate(const RoadBox* road_box, int track_class, domain::SizePx frame, const CameraMotion* uncertain_camera) noexcept
      : road(road_box),
        camera(uncertain_camera),
        picture(frame),
        class_id(track_class),
        expected(clamped(road_box->box(), frame)) {}

  const BoxFilter* motion = nullptr;  // one of the two
  const RoadBox* road = nullptr;
  const CameraMotion* camera = nullptr;
  domain::SizePx picture;
  int class_id;
  domain::PixelBox expected;
};

// What leaving a track without a detection costs: above every possible pair, so that making a pair beats leaving two alone; below two,
// so that one perfect pair and one track alone beat two far-fetched pairs.
inline constexpr float kAloneCost = 1.5F;

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
