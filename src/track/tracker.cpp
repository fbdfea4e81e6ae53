#include "track/tracker.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/check.hpp"
#include "track/tracker_state.hpp"

namespace hazard::track {
namespace {

using domain::Detection;
using domain::PixelBox;
using domain::TrackedDetection;

// A tentative track may be a mistake of the detector: it waits through one frame without it, not for lost_after. Counted in frames,
// so that a hazard is confirmed at any frame rate.
constexpr int kTentativeMissesMost = 1;
// Where it is known at which place of the road a box would have to come again, hardly anything else comes there.
constexpr int kTentativeRoadMissesMost = 4;

// What is left of a box at the picture's edge is still told while it is a pixel wide.
constexpr float kSideLeast = 1;

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

bool usable_box(const PixelBox& box) noexcept {
  return std::isfinite(box.x1) && std::isfinite(box.y1) && std::isfinite(box.x2) && std::isfinite(box.y2) && box.x1 < box.x2 &&
         box.y1 < box.y2 && std::isfinite(box.area());
}

bool usable(const Detection& detection) noexcept { return usable_box(detection.box) && std::isfinite(detection.confidence); }

}  // namespace

void Tracker::State::forget_expired(base::SteadyTime at) {
  std::erase_if(tracks,
                [&](const Track& track) { return (follows_camera() ? track.unseen : at - track.seen_at) > options.lost_after; });
}

// The detections with least <= confidence < below, in the order given, into detection_indices.
void Tracker::State::select_detections(std::span<const Detection> detections, float least, float below) {
  detection_indices.clear();
  for (std::size_t i = 0; i < detections.size(); ++i) {
    const Detection& detection = detections[i];
    if (usable(detection) && detection.confidence >= least && detection.confidence < below) detection_indices.push_back(i);
  }
}

// Matches the tracks that `chosen` accepts with the detections not yet matched, and takes the matched ones off that list.
template <typename Chosen>
void Tracker::State::match(std::span<const Detection> detections, base::SteadyTime at, const Gate& gate, Chosen chosen) {
  track_indices.clear();
  candidates.clear();
  offered.clear();
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    if (tracks[i].seen_now || !chosen(tracks[i])) continue;
    track_indices.push_back(i);
    candidates.push_back(candidate(tracks[i], true));
  }
  for (const std::size_t i : detection_indices) offered.push_back(detections[i]);

  const std::span<const int> partners = associator.match(candidates, offered, gate);
  for (std::size_t i = 0; i < partners.size(); ++i) {
    if (partners[i] == AssignmentSolver::kAlone) continue;
    std::size_t& detection = detection_indices[static_cast<std::size_t>(partners[i])];
    continue_track(tracks[track_indices[i]], detections[detection], result_of[detection], at);
    detection = kNone;
  }
  std::erase(detection_indices, kNone);
}

void Tracker::State::continue_track(Track& track, const Detection& detection, std::size_t result, base::SteadyTime at) {
  if (follows_camera()) {
    track.road.correct(detection.box, picture);
    if (result != kNone) learn_horizon(track, detection.box);
  } else {
    track.motion.correct(detection.box);
  }
  track.confidence = detection.confidence;
  track.seen_at = at;
  track.seen_now = true;
  ++track.hits;
  track.misses = 0;
  track.unseen = {};
  bool is_new = false;
  if (track.phase == Phase::tentative) {
    is_new = track.hits >= options.confirm_hits;
    if (is_new) track.phase = Phase::confirmed;
  } else {
    track.phase = Phase::confirmed;
  }
  if (result != kNone) results[result].track = label(track, is_new);
}

void Tracker::State::begin_track(const Detection& detection, std::size_t result, base::SteadyTime at) {
  Track track{.id = next_id++,
              .class_id = detection.class_id,
              .confidence = detection.confidence,
              .born_in = frames,
              .seen_at = at,
              .motion = BoxFilter(detection.box),
              .road = RoadBox(detection.box, picture)};
  const bool is_new = options.confirm_hits <= 1;
  if (is_new) track.phase = Phase::confirmed;
  results[result].track = label(track, is_new);
  if (follows_camera()) learn_horizon(track, detection.box);
  if (make_room()) {
    tracks.push_back(track);
  } else {
    // More hazards in one frame than tracks: this one keeps its number, but the next frame will not know it.
    results[result].track->is_new = false;
  }
}

// True when one more track fits, if need be in the place of the one unseen for longest; false when all were seen in this frame.
bool Tracker::State::make_room() {
  if (tracks.size() < static_cast<std::size_t>(options.tracks_max)) return true;
  const auto oldest =
      std::ranges::min_element(tracks, {}, [](const Track& track) { return std::pair(track.seen_now, track.seen_at); });
  if (oldest->seen_now) return false;
  tracks.erase(oldest);
  return true;
}

void Tracker::State::note_misses() {
  if (follows_camera())
    std::erase_if(tracks,
                  [this](const Track& track) { return !track.seen_now && track.road.gone(picture, camera.view().horizon); });
  for (Track& track : tracks) {
    if (track.seen_now) continue;
    ++track.misses;
    track.unseen += std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(dt));
    if (track.phase == Phase::confirmed) track.phase = Phase::lost;
  }
  const int misses_most = follows_camera() ? kTentativeRoadMissesMost : kTentativeMissesMost;
  std::erase_if(tracks, [&](const Track& track) { return track.phase == Phase::tentative && track.misses > misses_most; });
}

TrackedDetection::Track Tracker::State::label(const Track& track, bool is_new) const noexcept {
  return {.id = track.id, .age_frames = static_cast<std::uint32_t>(frames - track.born_in + 1), .is_new = is_new};
}

Tracker::Tracker(TrackerOptions options) : state_(std::make_unique<State>()) {
  HAZARD_CHECK(options.tracks_max >= 1 && options.confirm_hits >= 1 && options.lost_after > base::Duration::zero());
  state_->options = options;
}

Tracker::Tracker(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Tracker::~Tracker() = default;
Tracker::Tracker(Tracker&&) noexcept = default;
Tracker& Tracker::operator=(Tracker&&) noexcept = default;

std::vector<TrackedDetection> Tracker::update(std::span<const Detection> detections, base::SteadyTime at) {
  return update(detections, FrameSight{.at = at});
}

std::vector<TrackedDetection> Tracker::update(std::span<const Detection> detections, const FrameSight& sight) {
  State& s = *state_;
  const base::SteadyTime at = sight.at;
  s.forget_expired(at);
  s.take_size(sight.picture);

  const float high = s.options.high_confidence;
  s.select_detections(detections, high, std::numeric_limits<float>::infinity());
  s.result_of.assign(detections.size(), kNone);
  s.results.clear();
  for (const std::size_t i : s.detection_indices) {
    s.result_of[i] = s.results.size();
    s.results.push_back({.detection = detections[i], .track = {}, .predicted = false});
  }

  const Gate& gate = s.follows_camera() ? kRoadGate : kHighGate;
  s.begin_frame(sight, detections);
  for (Track& track : s.tracks) track.seen_now = false;

  // ByteTrack's order: strong boxes to known tracks, what is left of them to tentative ones, then to new ones; weak boxes to the
  // known tracks that nothing strong continued and that were seen just before.
  s.match(detections, at, gate, [](const Track& track) { return track.phase != Phase::tentative; });
  s.match(detections, at, gate, [](const Track& track) { return track.phase == Phase::tentative; });
  s.unclaimed.swap(s.detection_indices);
  s.select_detections(detections, s.options.low_confidence, high);
  s.match(detections, at, s.follows_camera() ? kRoadGate : kLowGate,
          [](const Track& track) { return track.phase == Phase::confirmed; });
  for (const std::size_t i : s.unclaimed) s.begin_track(detections[i], s.result_of[i], at);

  s.note_misses();
  return std::exchange(s.results, {});
}

std::vector<TrackedDetection> Tracker::predict(const FrameSight& sight) {
  State& s = *state_;
  s.take_size(sight.picture);
  s.begin_frame(sight);
  std::vector<TrackedDetection> results;
  for (const Track& track : s.tracks) {
    // What was seen too weakly to be reported is not reported now either.
    if (track.phase != Phase::confirmed || track.confidence < s.options.high_confidence) continue;
    const PixelBox box = clamped(s.box_of(track), s.picture);
    if (box.width() < kSideLeast || box.height() < kSideLeast) continue;
    const Detection moved{.box = box, .confidence = track.confidence, .class_id = track.class_id};
    results.push_back({.detection = moved, .track = s.label(track, false), .predicted = true});
  }
  return results;
}

void Tracker::set_high_confidence(float confidence) noexcept { state_->options.high_confidence = confidence; }

void Tracker::forget_tracks() noexcept { state_->tracks.clear(); }

std::size_t Tracker::live_tracks() const noexcept { return state_->tracks.size(); }

}  // namespace hazard::track
