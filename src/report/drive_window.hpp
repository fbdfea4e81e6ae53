// What one drive has just seen, and how its positions lie against the hazards known there.
//
// A receiver's error is metres wide but changes slowly: all that a drive sees within a minute is shifted together. So the last
// sightings of a drive are laid over the known hazards as one pattern, and the shift that explains the pattern best decides which
// sighting is which hazard: two potholes three metres apart stay two even when every position is eight metres off.
//
// The score of a shift b is its log-likelihood against "all of them are new": each sighting z that has a hazard a of its class near
// z - b adds log(N(z - b - a; 0, r^2) / density of unknown hazards), each hazard taken once, and b itself costs |b|^2 / (2 s^2) with s
// the error of the drive against that of the drives before. Shifts tried: those that lay one sighting on one hazard. This is the joint
// compatibility of Neira and Tardos (IEEE T-RA 17, 2001) for a shift only, searched exhaustively because both sides are few.
//
// Used by hazard_book on the store's writer thread; never locked; bounded by the numbers below.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "report/geodesy.hpp"

namespace hazard::report {

inline constexpr std::size_t kWindowSightings = 10;
inline constexpr std::size_t kWindowCandidates = 16;
inline constexpr std::size_t kLeftBehindMost = 64;

// A known hazard near a sighting.
struct Candidate {
  std::string hazard_id;
  domain::GeoPoint map_point;
  double map_variance_m2 = 0;
  double penalty = 0;  // what a match costs beyond distance: another heading
};

struct WindowEntry {
  std::string sighting_id;
  std::string class_name;
  base::WallTime first_seen{};
  base::WallTime last_seen{};
  domain::GeoPoint point;
  double own_sigma_m = 0;
  double shared_sigma_m = 0;
  std::vector<Candidate> candidates;  // of other drives
  std::string hazard_id;              // decided
  bool created = false;               // ... and made by this sighting
};

struct Alignment {
  Offset shift;                                // of the drive against the map
  double shift_variance_m2 = 0;                // of each axis
  double score = 0;                            // 0: nothing matched
  std::vector<std::optional<std::size_t>> of;  // for each entry the index of its candidate
  std::size_t matched() const noexcept;
};

class DriveWindow {
 public:
  struct Options {
    double new_per_m2 = 1.0 / 1500;  // hazards of one class that nobody has reported yet, on a road already driven
    double drift_time_s = 150;       // the shared error's correlation time
    double sure_gain = 2;            // log-likelihood by which a look back must be better to correct what was decided
    base::Duration length = std::chrono::seconds(60);
    base::Duration left_behind = std::chrono::minutes(2);  // then the vehicle may be back
  };

  explicit DriveWindow(Options options) : options_(options) {}

  // Forgets what lies too long before `now`, and the oldest beyond kWindowSightings - 1.
  void make_room(base::WallTime now);

  // An entry of the same class that this sighting is another look at: where the two lie together within their own errors and were not
  // seen side by side at the same time.
  WindowEntry* same_look(const WindowEntry& entry);

  // Hazards that cannot be what the drive sees at `now`: those it made itself a moment ago, and those it has just left behind.
  bool excludes(const std::string& hazard_id, base::WallTime now) const;

  // Adds the entry (make_room first) and finds the shift that explains all of them best; the last of `of` is the new entry's. What was
  // decided for the others is kept, unless changing it is better by sure_gain.
  Alignment add(WindowEntry entry);

  std::vector<WindowEntry>& entries() noexcept { return entries_; }

  // The shift as the others see it, without entry number `but`; nothing when no other is matched.
  std::optional<Alignment> without(const Alignment& alignment, std::size_t but) const;

 private:
  enum class Freedom : std::uint8_t { all, newest_only };
  bool allowed(const WindowEntry& entry, const Candidate& candidate, Freedom freedom) const;
  Alignment best(Freedom freedom) const;
  Alignment score(Offset shift, Freedom freedom) const;
  Alignment refined(const Alignment& rough, Freedom freedom) const;
  double entry_variance(const WindowEntry& entry) const;

  Options options_;
  std::vector<WindowEntry> entries_;
  struct Left {
    std::string hazard_id;
    base::WallTime at{};
  };
  std::deque<Left> left_behind_;  // of entries that were dropped
};

}  // namespace hazard::report
