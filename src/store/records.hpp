// What the store keeps besides hazards and sightings, and how lists are asked for. Plain data; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/hazard.hpp"

namespace hazard::store {

// A session of an installed client, so that its id stays valid when the server starts again.
struct SessionRecord {
  std::string id;  // UUID
  std::string client_key;
  base::WallTime created_at{};
  base::WallTime last_active{};
  std::optional<base::WallTime> ended_at;
  std::string body;  // what else the session's owner keeps, as one JSON object; opaque here
};

// Whose stream a session was, once something of it is kept: rows of a stream name its session alone, since several vehicles may share
// an address and a program.
struct StreamRecord {
  std::string session_id;
  std::string client_key;
  base::WallTime last_kept{};
};

// A report as installed clients know it. The columns are what lists filter by; the rest of the object is `body`, opaque here.
struct ReportRecord {
  std::string id;         // UUID
  std::string hazard_id;  // UUID; empty: of no hazard
  std::string session_id;
  std::string client_key;
  std::string source;
  std::string status = "pending";
  int class_id = 0;
  std::string class_name;
  float confidence = 0;
  std::string severity;  // a word that was given; empty: the one for its class and score is shown
  std::optional<domain::GeoPoint> point;
  base::WallTime created_at{};
  base::WallTime updated_at{};
  std::optional<base::WallTime> confirmed_at;
  std::string body;
};

// A picture on disk (evidence_folder.hpp).
struct EvidenceRecord {
  std::string id;           // UUID; names the file
  std::string hazard_id;    // empty: of none
  std::string sighting_id;  // or kHostedFor and a client's key
  std::int64_t bytes = 0;
  base::WallTime created_at{};
};

inline constexpr std::string_view kHostedFor = "client:";

// A stretch of road that was driven while pictures were looked at, in the order of the drive.
struct CoverageRecord {
  std::string drive;  // the session, or the client of a session storm
  std::string client_key;
  base::WallTime from{};
  base::WallTime to{};
  std::int64_t pictures = 0;  // looked at on it
  std::int64_t hits = 0;      // pictures with a hazard
  std::vector<domain::GeoPoint> line;
};

struct Bounds {
  double south = -90, west = -180, north = 90, east = 180;  // degrees; west > east crosses the date line
};

enum class HazardSort : std::uint8_t { updated_at, first_seen, last_seen, passes, sightings, confidence };

// Empty fields do not filter. Merged hazards are left out unless `states` asks for them.
struct HazardFilter {
  std::vector<domain::ReviewState> states;
  std::vector<std::string> classes;  // names
  std::optional<Bounds> bounds;
  std::optional<base::WallTime> seen_from;  // last seen at or after
  std::optional<base::WallTime> seen_to;    // first seen at or before
  std::optional<std::string> session_id;    // seen in this session
  std::optional<std::string> client_key;    // seen by this client
  std::string text;                         // in class or note, or an id's beginning; case of ASCII letters does not matter
  std::optional<double> min_confidence;
  std::optional<double> max_confidence;
  HazardSort sort = HazardSort::last_seen;
  bool descending = true;
  std::int64_t offset = 0;
  std::int64_t limit = 20;  // 1..kPageMost
};
inline constexpr std::int64_t kPageMost = 1000;

template <typename Item>
struct Page {
  std::vector<Item> items;
  std::int64_t total = 0;  // without paging
};

enum class ReportSort : std::uint8_t { created_at, updated_at, confidence, status, class_name };

struct ReportFilter {
  std::vector<std::string> statuses;
  std::vector<int> class_ids;
  std::optional<double> min_confidence;
  std::optional<double> max_confidence;
  std::optional<std::string> session_id;
  std::optional<std::string> source;
  std::optional<std::string> client_key{};
  std::optional<base::WallTime> created_from;
  std::optional<base::WallTime> created_to;
  std::optional<Bounds> bounds;
  ReportSort sort = ReportSort::created_at;
  bool descending = true;
  std::int64_t offset = 0;
  std::int64_t limit = 20;
};

struct Counts {
  std::int64_t total = 0;
  double average_confidence = 0;
  std::vector<std::pair<std::string, std::int64_t>> by_status;
  std::vector<std::pair<std::string, std::int64_t>> by_class;
  std::vector<std::pair<std::string, std::int64_t>> by_severity;  // reports only: as they show it
  std::int64_t recent = 0;                                        // created at or after the moment asked for
};

}  // namespace hazard::store
