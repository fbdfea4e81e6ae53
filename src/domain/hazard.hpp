// A physical defect of the road as it is kept: what was seen (a sighting: one defect seen once by one client) and what is believed
// (a hazard: all sightings of the same defect). Made by report, kept by store, shown by serve; plain data, any thread.
//
// What always holds: no severity is derived from a score, no depth from one camera. A version grows with every change of a hazard.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "domain/geometry.hpp"

namespace hazard::domain {

// Degrees on WGS 84.
struct GeoPoint {
  double latitude = 0;   // -90..90
  double longitude = 0;  // -180..180
  friend bool operator==(const GeoPoint&, const GeoPoint&) = default;
};

// How a sighting's place was found, from best to worst.
enum class PlaceBasis : std::uint8_t {
  projected,  // carried from the camera to the road in the box, camera as measured
  assumed,    // the same with an assumed camera: the distance ahead is rough
  vehicle,    // heading unknown: the vehicle's own place
};
inline constexpr std::size_t kPlaceBasisCount = 3;
std::string_view to_string(PlaceBasis basis) noexcept;

// Where one drive saw a defect. Its error has two parts: one that all sightings of the drive share (the receiver's), one of its own.
// Both are standard deviations along each axis, in metres.
struct SightedPlace {
  GeoPoint point;
  GeoPoint map_point;  // in the frame of the hazards around it; report sets it, until then equal to point
  double shared_sigma_m = 0;
  double own_sigma_m = 0;
  std::optional<double> heading_deg;  // the vehicle's, from north, clockwise, 0..360
  PlaceBasis basis = PlaceBasis::vehicle;
};

// The picture in which a defect was seen best.
struct BestPicture {
  base::WallTime at{};
  std::string frame_id;
  float confidence = 0;  // the model's score of the box; says nothing about how bad the defect is
  PixelBox box;
  SizePx picture;
  std::optional<std::uint64_t> likeness;  // 64-bit difference hash of the picture
};

struct Thresholds {
  float detection = 0;  // boxes below were not looked at
  float report = 0;     // the best box had to reach this
};

struct Sighting {
  std::string id;         // UUID
  std::string hazard_id;  // UUID; empty until matched
  std::string client_key;
  std::string session_id;
  std::string source;  // "stream", "session", "import", ...
  std::uint64_t track_id = 0;
  int class_id = 0;
  std::string class_name;
  std::string model_version;
  Thresholds thresholds;
  int hits = 0;  // pictures in which it was found
  base::WallTime first_seen{};
  base::WallTime last_seen{};
  BestPicture best;
  std::optional<SightedPlace> place;
  bool new_pass = true;  // false: another look during the same pass
  std::string reason;    // for a person: why it was believed
};

enum class ReviewState : std::uint8_t { pending, confirmed, dismissed, merged, fixed, reopened, archived };
inline constexpr std::size_t kReviewStateCount = 7;
std::string_view to_string(ReviewState state) noexcept;
std::optional<ReviewState> review_state_from(std::string_view text) noexcept;

// The hazard's place from all its passes.
struct HazardPlace {
  GeoPoint point;
  double variance_m2 = 0;    // of each axis, after inverse-variance weighting
  double uncertainty_m = 0;  // the defect lies within this radius in 95 of 100 cases
  GeoPoint map_point;        // the same defect relative to its neighbours: used to match, never shown
  double map_variance_m2 = 0;
  std::optional<double> heading_deg;
};

struct Hazard {
  std::string id;  // UUID
  std::int64_t version = 1;
  ReviewState state = ReviewState::pending;
  int class_id = 0;
  std::string class_name;
  std::string model_version;
  Thresholds thresholds;
  base::WallTime first_seen{};
  base::WallTime last_seen{};
  std::int64_t sightings = 0;
  std::int64_t passes = 0;
  std::string best_sighting_id;
  BestPicture best;
  std::optional<HazardPlace> place;
  std::string last_client_key;  // of the last sighting: what a hazard without a place is matched by
  std::string last_session_id;
  PixelBox last_box;
  SizePx last_picture;
  std::optional<std::uint64_t> last_likeness;
  std::string reason;       // for a person: why it is kept, or why it was merged or dismissed
  std::string note;         // a reviewer's words
  std::string merged_into;  // UUID; only in state merged
  base::WallTime created_at{};
  base::WallTime updated_at{};
};

// One line of a hazard's history; never changed, only added.
struct HistoryEntry {
  std::int64_t id = 0;  // grows
  std::string hazard_id;
  base::WallTime at{};
  std::string actor;   // a person's or key's name; "system" for what the program did
  std::string action;  // "created", "state", "merged", "split", "note"
  std::optional<ReviewState> from;
  std::optional<ReviewState> to;
  std::string reason;
};

}  // namespace hazard::domain
