// What a Tracker holds between two frames. Included by the files that implement tracker.hpp, and by nothing else.
#pragma once

#include <cstdint>
#include <vector>

#include "track/association.hpp"
#include "track/box_filter.hpp"
#include "track/tracker.hpp"

namespace hazard::track {

enum class Phase : std::uint8_t { tentative, confirmed, lost };  // saved as numbers

struct Track {
  std::uint64_t id = 0;
  int class_id = 0;
  Phase phase = Phase::tentative;
  int hits = 1;
  int misses = 0;             // updates since it was last seen
  float confidence = 0;       // of its last sighting
  std::uint64_t born_in = 0;  // number of the frame
  base::SteadyTime seen_at;
  bool seen_now = true;
  BoxFilter motion;
};

struct Tracker::State {
  TrackerOptions options;
  std::uint64_t next_id = 1;
  std::uint64_t frames = 0;  // updated or predicted
  base::SteadyTime last_at{};
  domain::SizePx picture;  // the last known; 0x0: none
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

  void begin_frame(const FrameSight& sight);
  void take_size(domain::SizePx size);
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
