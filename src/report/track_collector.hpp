// Streams: turns each track of a session over its pictures into one sighting. Called with every looked-at picture, in order of a
// session; one thread at a time (the caller's lock). A sighting is given out when its track is over (unseen for `over_after`, the
// session's end, or older than `split_after`), because only then the best picture and the fix after it are known.
//
// A track is believed when it was found in `hits_least` pictures, in at least `share_least` of those looked at meanwhile, and its best
// score reached the report threshold. Bounded: sessions, tracks of a session, samples of a track; beyond it the oldest track ends.
#pragma once

#include <map>
#include <unordered_map>

#include "report/frame_facts.hpp"
#include "report/position_track.hpp"

namespace hazard::report {

struct TrackOptions {
  int hits_least = 3;
  double share_least = 0.3;
  base::Duration over_after = std::chrono::seconds(2);
  base::Duration split_after = std::chrono::seconds(20);  // standing at a light
  std::size_t tracks_most = 256;                          // of one session
  PositionOptions position;
};

struct CollectorCounts {
  std::uint64_t given = 0;      // sightings given out
  std::uint64_t too_few = 0;    // tracks that ended with too few hits
  std::uint64_t too_faint = 0;  // ... whose best score stayed below the report threshold
  std::uint64_t placeless = 0;  // sightings without a place
};

class TrackCollector {
 public:
  explicit TrackCollector(TrackOptions options = {}) : options_(options) {}

  std::vector<domain::Sighting> add(const FrameFacts& facts);
  // All that the session still has; forgets it.
  std::vector<domain::Sighting> end_session(const std::string& session_id);

  const PositionTrack* positions(const std::string& session_id) const;
  std::size_t sessions() const noexcept { return sessions_.size(); }
  const CollectorCounts& counts() const noexcept { return counts_; }

  static constexpr std::size_t kSamplesMost = 24;

 private:
  struct Sample {
    base::WallTime at{};
    domain::PixelBox box;
    domain::SizePx picture;
  };
  struct Track {
    domain::Sighting sighting;
    int looked = 0;  // pictures of the session since its first
    int span = 0;    // ... up to the last in which it was found
    std::vector<Sample> samples;
    Camera camera;
  };
  struct Session {
    PositionTrack positions;
    std::map<std::uint64_t, Track> tracks;
  };
  void take(Session& session, const FrameFacts& facts, const Found& found);
  void finish(Session& session, Track& track, std::vector<domain::Sighting>& out);
  void end_tracks(Session& session, base::WallTime now, std::vector<domain::Sighting>& out);

  TrackOptions options_;
  std::unordered_map<std::string, Session> sessions_;
  CollectorCounts counts_;
};

// The place of a defect from several looks at it: each look carried from the vehicle to the road in the box, weighted by its
// own doubt. Nothing when the vehicle's place is not known at any of the moments.
struct Look {
  base::WallTime at{};
  domain::PixelBox box;
  domain::SizePx picture;
};
std::optional<domain::SightedPlace> place_of(const PositionTrack& positions, const Camera& camera,
                                             const std::vector<Look>& looks);

}  // namespace hazard::report
