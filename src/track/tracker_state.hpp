// What a Tracker holds between two frames. Included by the files that implement tracker.hpp, and by nothing else.
#pragma once

#include <cstdint>
#include <vector>

#include "track/association.hpp"
#include "track/box_filter.hpp"
#include "track/camera_motion.hpp"
#include "track/road_box.hpp"
#include "track/tracker.hpp"

namespace hazard::track {

enum class Phase : std::uint8_t { tentative, confirmed, lost };  // saved as numbers

// Stage one of the association may reach for anything likely; stage two, on weak boxes, only for what is nearly where it was expected.
inline constexpr Gate kHighGate{.iou_least = 0.1F, .reach = 3.0F};
inline constexpr Gate kLowGate{.iou_least = 0.3F, .reach = 1.0F};
inline constexpr Gate kRoadGate{.iou_least = 1.1F};

struct Track {
  std::uint64_t id = 0;
  int class_id = 0;
  Phase phase = Phase::tentative;
  int hits = 1;
  int misses = 0;             // updates since it was last seen
  float confidence = 0;       // of its last sighting
  std::uint64_t born_in = 0;  // number of the frame
  base::SteadyTime seen_at;
  base::Duration unseen{};  // since then, while frames came
  bool seen_now = true;
  BoxFilter motion;  // followed while the camera is not
  RoadBox road;      // followed while the camera is
  GrowthMark mark;   // of its first whole sighting, once marked
  bool marked = false;
};

struct Tracker::State {
  TrackerOptions options;
  std::uint64_t next_id = 1;
  std::uint64_t frames = 0;  // updated or predicted
  base::SteadyTime last_at{};
  domain::SizePx picture;  // the last known; 0x0: none
  double dt = 0;           // seconds from the frame before to this one, as far as the tracks are concerned
  double usual_dt = 0.1;
  int doubts = 0;  // frames in a row in which no box was found where one was expected
  CameraMotion camera;
  std::vector<Track> tracks;
  std::vector<domain::TrackedDetection> results;

  // Scratch of one update, kept for its memory.
  Associator associator;
  std::vector<std::size_t> detection_indices;  // into the caller's span: not yet matched
  std::vector<std::size_t> unclaimed;          // strong ones that continue nothing
  std::vector<std::size_t> result_of;          // by detection: its place in `results` or kNone
  std::vector<std::size_t> track_indices;
  std::vector<Candidate> candidates;
  std::vector<domain::Detection> offered;
  std::vector<BoxPair> pairs;

  // tracker_camera.cpp: how the next frame begins.
  bool follows_camera() const noexcept { return options.camera_motion && camera.knows_size(); }
  domain::PixelBox box_of(const Track& track) const noexcept { return follows_camera() ? track.road.box() : track.motion.box(); }
  void take_size(domain::SizePx size);
  // All tracks move on to the frame's time. The first is for a frame in which nothing was looked for; the second learns from what was
  // found, of which detection_indices are the strong ones.
  void begin_frame(const FrameSight& sight);
  void begin_frame(const FrameSight& sight, std::span<const domain::Detection> detections);
  void follow_camera(const FrameSight& sight, double seconds);
  void resume(const FrameSight& sight, std::span<const domain::Detection> detections);
  void doubt_speed(std::span<const domain::Detection> detections);
  double agreement(std::span<const domain::Detection> detections);
  std::span<const int> first_look(std::span<const domain::Detection> detections);
  void settle_camera(std::span<const domain::Detection> detections);
  Candidate candidate(const Track& track, bool camera_settled) const noexcept;
  void learn_horizon(Track& track, const domain::PixelBox& box);

  void forget_expired(base::SteadyTime at);
  void select_detections(std::span<const domain::Detection> detections, float least, float below);
  template <typename Chosen>
  void match(std::span<const domain::Detection> detections, base::SteadyTime at, const Gate& gate, Chosen chosen);
  void continue_track(Track& track, const domain::Detection& detection, std::size_t result, base::SteadyTime at);
  void begin_track(const domain::Detection& detection, std::size_t result, base::SteadyTime at);
  bool make_room();
  void note_misses();
  domain::TrackedDetection::Track label(const Track& track, bool is_new) const noexcept;
};

}  // namespace hazard::track
