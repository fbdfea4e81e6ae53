// How a Tracker's next frame begins: its size, the time that passed, and where the camera's motion has carried every track.
#include <algorithm>
#include <cmath>
#include <utility>

#include "track/tracker_state.hpp"

namespace hazard::track {
namespace {

using domain::Detection;
using domain::PixelBox;

// Halving an odd side changes the shape of a small picture by as much.
constexpr double kStretchMost = 0.03;
// Of the rows between it and the horizon: a box so low is of a thing about as far away everywhere.
constexpr double kFlatShare = 0.3;

// So long without a frame, and so many times the usual step, is a pause: a tunnel, a lost connection, another process.
constexpr double kPauseLeastS = 1;
constexpr double kPauseLeastSteps = 4;
// After so long at any speed that nothing else was known of, all that was seen has been passed.
constexpr double kDriveOnMostS = 10;
constexpr double kUsualStepMemory = 0.9;

// So many frames in a row without a single agreement are doubtful; one agreement is at most 1.5.
constexpr int kDoubtsLeast = 2000;
constexpr double kAgreedLeast = 1.0;
constexpr std::size_t kDoubtTracksMost = 50;
// m/s, of the usual camera.
constexpr double kSpeedsTried[] = {1, 3, 5, 7, 9, 11, 13, 15, 17.5, 20, 23, 26, 30};

double seconds_between(base::SteadyTime earlier, base::SteadyTime later) noexcept {
  return std::max(0.0, std::chrono::duration<double>(later - earlier).count());
}

}  // namespace

// A client may send the same view larger or smaller from now on. A view of another shape is another view.
void Tracker::State::take_size(domain::SizePx size) {
  if (size.width <= 0 || size.height <= 0 || size == picture) return;
  camera.take_size(size);
  const bool first = picture.width == 0;
  const double across = static_cast<double>(size.width) / std::max(1, picture.width);
  const double down = static_cast<double>(size.height) / std::max(1, picture.height);
  if (!first && std::abs(across - down) > kStretchMost * across) tracks.clear();
  for (Track& track : tracks) {
    if (first) {
      track.road = RoadBox(track.motion.box(), size);
    } else {
      track.motion.scale(across);
      track.road.scale(across);
    }
  }
  picture = size;
}

void Tracker::State::begin_frame(const FrameSight& sight) {
  ++frames;
  dt = seconds_between(last_at, sight.at);
  last_at = std::max(last_at, sight.at);
  if (follows_camera()) {
    follow_camera(sight, std::min(dt, kDriveOnMostS));
    for (Track& track : tracks) track.road.loosen(camera);
  } else {
    for (Track& track : tracks) track.motion.predict(dt);
  }
}

void Tracker::State::begin_frame(const FrameSight& sight, std::span<const Detection> detections) {
  if (!follows_camera()) return begin_frame(sight);
  ++frames;
  dt = seconds_between(last_at, sight.at);
  last_at = std::max(last_at, sight.at);
  if (dt > kPauseLeastS && dt > kPauseLeastSteps * usual_dt) {
    resume(sight, detections);
  } else {
    follow_camera(sight, dt);
    usual_dt = kUsualStepMemory * usual_dt + (1 - kUsualStepMemory) * std::min(dt, kPauseLeastS);
  }
  doubt_speed(detections);
  settle_camera(detections);
}

// What lies on the road moves through the picture as the camera does.
void Tracker::State::follow_camera(const FrameSight& sight, double seconds) {
  const CameraStep step = camera.step(seconds, sight.grey, sight.speed_mps, sight.heading_deg);
  for (Track& track : tracks) track.road.carry_along(step, camera.from(), seconds, picture);
}

// After a pause the vehicle has either driven on as before, or it stood, or what is sent was not recorded meanwhile: then the first frame
// follows the last as if there had been no pause. The frame tells: by its picture, and by which of the two its boxes agree with.
void Tracker::State::resume(const FrameSight& sight, std::span<const Detection> detections) {
  const std::vector<Track> tracks_before = tracks;
  const CameraMotion camera_before = camera;
  follow_camera(sight, usual_dt);
  const double stood = agreement(detections);
  const bool looks_alike = sight.grey == nullptr ? stood > 0 : camera.saw_the_same();
  std::vector<Track> tracks_stood = std::exchange(tracks, tracks_before);
  CameraMotion camera_stood = std::exchange(camera, camera_before);

  FrameSight blind = sight;  // the pictures have nothing in common when the vehicle drove on
  blind.grey = nullptr;
  follow_camera(blind, std::min(dt, kDriveOnMostS));
  if (dt > kDriveOnMostS) tracks.clear();
  const double drove = agreement(detections);
  if (looks_alike && stood >= drove) {
    tracks = std::move(tracks_stood);
    camera = std::move(camera_stood);
    dt = usual_dt;
  } else if (sight.grey != nullptr) {
    camera.look_again(*sight.grey);
  }
}

// When boxes are found, but frame after frame none where one is expected, the speed may have been misjudged: on a road with little to see
// on it the picture may tell any. Then the speed is looked for under which the boxes agree.
void Tracker::State::doubt_speed(std::span<const Detection> detections) {
  if (tracks.empty() || detection_indices.empty()) return;
  if (agreement(detections) > 0) {
    doubts = 0;
    return;
  }
  if (++doubts < kDoubtsLeast || tracks.size() > kDoubtTracksMost) return;
  const std::vector<Track> tracks_before = tracks;
  std::vector<Track> tracks_best;
  double best = 0;
  double best_mps = 0;
  for (const double mps : kSpeedsTried) {
    const CameraStep rest = camera.step_at(mps, dt);
    for (Track& track : tracks) track.road.carry_along(rest, camera.view(), 0, picture);
    const double agreed = agreement(detections);
    if (agreed > best) {
      best = agreed;
      best_mps = mps;
      tracks_best = tracks;
    }
    tracks = tracks_before;
  }
  if (best < kAgreedLeast) return;
  camera.assume_speed(best_mps, dt);
  tracks = std::move(tracks_best);
  doubts = 0;
}

// How well the strong detections fit to where the tracks are expected: 0 for not at all, up to 1.5 for each.
double Tracker::State::agreement(std::span<const Detection> detections) {
  const std::span<const int> partners = first_look(detections);
  double sum = 0;
  for (std::size_t i = 0; i < partners.size(); ++i) {
    if (partners[i] == AssignmentSolver::kAlone) continue;
    sum += kAloneCost - pair_cost(candidates[i], offered[static_cast<std::size_t>(partners[i])], kRoadGate);
  }
  return sum;
}

Candidate Tracker::State::candidate(const Track& track, bool camera_settled) const noexcept {
  if (!follows_camera()) return {&track.motion, track.class_id};
  return {&track.road, track.class_id, picture, camera_settled ? nullptr : &camera};
}

// Which strong box might continue which track, the camera's motion still being uncertain.
std::span<const int> Tracker::State::first_look(std::span<const Detection> detections) {
  candidates.clear();
  offered.clear();
  for (const Track& track : tracks) candidates.push_back(candidate(track, false));
  for (const std::size_t i : detection_indices) offered.push_back(detections[i]);
  return associator.match(candidates, offered, kRoadGate);
}

// Learns from all pairs together how the camera moved, and takes the rest of its motion off.
void Tracker::State::settle_camera(std::span<const Detection> detections) {
  const std::span<const int> partners = first_look(detections);
  pairs.clear();
  for (std::size_t i = 0; i < partners.size(); ++i) {
    if (partners[i] == AssignmentSolver::kAlone) continue;
    const PixelBox& found = offered[static_cast<std::size_t>(partners[i])].box;
    const RoadBox& road = tracks[i].road;
    if (cuts_of(found, picture).any() || cuts_of(road.box(), picture).any()) continue;
    pairs.push_back({road.box(), found, road.centre_variance_x(found, picture), road.centre_variance_y(found, picture)});
  }
  const CameraStep rest = camera.learn(pairs, std::min(dt, kPauseLeastS));
  for (Track& track : tracks) {
    track.road.carry_along(rest, camera.from(), 0, picture);
    track.road.loosen(camera);
  }
}

// Boxes cut off by the picture's edge say nothing of how wide a thing is; long ones not in which row they are so wide.
void Tracker::State::learn_horizon(Track& track, const PixelBox& box) {
  const double row = (static_cast<double>(box.y1) + box.y2) / 2;
  if (cuts_of(box, picture).any() || box.height() > kFlatShare * rows_below(row, camera.view())) return;
  if (track.marked) {
    camera.learn_horizon(track.mark, box);
  } else {
    track.mark = camera.mark(box);
    track.marked = true;
  }
}

}  // namespace hazard::track
