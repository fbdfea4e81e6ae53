#include "store/sqlite_rows.hpp"

#include <bit>
#include <cmath>

namespace hazard::store {
namespace {

using domain::BestPicture;
using domain::Hazard;
using domain::PixelBox;
using domain::Sighting;

template <typename T>
void bind_optional(Statement& statement, const std::optional<T>& value) {
  if (value)
    statement.bind(*value);
  else
    statement.bind_null();
}

void bind_likeness(Statement& statement, const std::optional<std::uint64_t>& likeness) {
  if (likeness)
    statement.bind(std::bit_cast<std::int64_t>(*likeness));
  else
    statement.bind_null();
}

void bind_box(Statement& statement, const PixelBox& box, domain::SizePx picture) {
  statement.bind(static_cast<double>(box.x1)).bind(static_cast<double>(box.y1));
  statement.bind(static_cast<double>(box.x2)).bind(static_cast<double>(box.y2));
  statement.bind(picture.width).bind(picture.height);
}

void bind_best(Statement& statement, const BestPicture& best) {
  statement.bind(to_micros(best.at)).bind(best.frame_id).bind(static_cast<double>(best.confidence));
  bind_box(statement, best.box, best.picture);
  bind_likeness(statement, best.likeness);
}

// Reads columns one after the other.
class Row {
 public:
  explicit Row(const Statement& row) : row_(row) {}
  std::int64_t integer() { return row_.integer(next_++); }
  int small() { return static_cast<int>(integer()); }
  double real() { return row_.real(next_++); }
  float single() { return static_cast<float>(real()); }
  std::string text() { return row_.text(next_++); }
  base::WallTime time() { return from_micros(integer()); }
  std::optional<double> real_or_null() {
    if (row_.is_null(next_)) return skip();
    return real();
  }
  std::optional<base::WallTime> time_or_null() {
    if (row_.is_null(next_)) return skip();
    return time();
  }
  std::optional<std::uint64_t> likeness() {
    if (row_.is_null(next_)) return skip();
    return std::bit_cast<std::uint64_t>(integer());
  }
  bool null() { return row_.is_null(next_); }
  std::nullopt_t skip(int count = 1) {
    next_ += count;
    return std::nullopt;
  }
  PixelBox box() {
    const float x1 = single(), y1 = single(), x2 = single(), y2 = single();
    return {x1, y1, x2, y2};
  }
  domain::SizePx size() {
    const int width = small(), height = small();
    return {width, height};
  }
  domain::Thresholds thresholds() {
    const float detection = single(), report = single();
    return {detection, report};
  }
  BestPicture best() {
    BestPicture best;
    best.at = time();
    best.frame_id = text();
    best.confidence = single();
    best.box = box();
    best.picture = size();
    best.likeness = likeness();
    return best;
  }

 private:
  const Statement& row_;
  int next_ = 0;
};

}  // namespace

const std::string kHazardColumns =
    "id,version,state,class_id,class_name,model_version,detection_threshold,report_threshold,first_seen,last_seen,sightings,"
    "passes,best_sighting_id,best_at,best_frame,best_confidence,best_x1,best_y1,best_x2,best_y2,best_width,best_height,"
    "best_likeness,lat,lon,variance,uncertainty,map_lat,map_lon,map_variance,heading,last_client,last_session,last_x1,last_y1,"
    "last_x2,last_y2,last_width,last_height,last_likeness,reason,note,merged_into,created_at,updated_at";
const std::string kSightingColumns =
    "id,hazard_id,client_key,session_id,source,track_id,class_id,class_name,model_version,detection_threshold,report_threshold,"
    "hits,first_seen,last_seen,best_at,best_frame,best_confidence,best_x1,best_y1,best_x2,best_y2,best_width,best_height,"
    "best_likeness,lat,lon,map_lat,map_lon,shared_sigma,own_sigma,heading,basis,new_pass,reason";
const std::string kSessionColumns = "id,client_key,created_at,last_active,ended_at,body";
const std::string kReportColumns =
    "id,hazard_id,session_id,client_key,source,status,class_id,class_name,confidence,severity,lat,lon,created_at,updated_at,"
    "confirmed_at,body";
const std::string kEvidenceColumns = "id,hazard_id,sighting_id,bytes,created_at";

std::string upsert_sql(const std::string& table, const std::string& columns) {
  std::string marks;
  std::string updates;
  std::size_t start = 0;
  while (start < columns.size()) {
    const std::size_t end = std::min(columns.find(',', start), columns.size());
    const std::string column = columns.substr(start, end - start);
    marks += marks.empty() ? "?" : ",?";
    if (column != "id") updates += (updates.empty() ? "" : ",") + column + "=excluded." + column;
    start = end + 1;
  }
  return "INSERT INTO " + table + "(" + columns + ") VALUES(" + marks + ") ON CONFLICT(id) DO UPDATE SET " + updates;
}

std::int64_t to_micros(base::WallTime time) noexcept {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

base::WallTime from_micros(std::int64_t micros) noexcept {
  return base::WallTime{std::chrono::duration_cast<base::WallTime::duration>(std::chrono::microseconds{micros})};
}

Cell cell_of(domain::GeoPoint point) noexcept {
  constexpr auto kScale = static_cast<double>(kCellsPerDegree);
  return {static_cast<std::int64_t>(std::floor((point.latitude + 90) * kScale)),
          static_cast<std::int64_t>(std::floor((point.longitude + 180) * kScale))};
}

void bind(Statement& statement, const Hazard& hazard) {
  statement.bind(hazard.id).bind(hazard.version).bind(static_cast<int>(hazard.state)).bind(hazard.class_id);
  statement.bind(hazard.class_name).bind(hazard.model_version);
  statement.bind(static_cast<double>(hazard.thresholds.detection)).bind(static_cast<double>(hazard.thresholds.report));
  statement.bind(to_micros(hazard.first_seen)).bind(to_micros(hazard.last_seen)).bind(hazard.sightings).bind(hazard.passes);
  statement.bind(hazard.best_sighting_id);
  bind_best(statement, hazard.best);
  if (const auto& place = hazard.place) {
    statement.bind(place->point.latitude).bind(place->point.longitude).bind(place->variance_m2).bind(place->uncertainty_m);
    statement.bind(place->map_point.latitude).bind(place->map_point.longitude).bind(place->map_variance_m2);
    bind_optional(statement, place->heading_deg);
  } else {
    for (int i = 0; i < 8; ++i) statement.bind_null();
  }
  statement.bind(hazard.last_client_key).bind(hazard.last_session_id);
  bind_box(statement, hazard.last_box, hazard.last_picture);
  bind_likeness(statement, hazard.last_likeness);
  statement.bind(hazard.reason).bind(hazard.note).bind(hazard.merged_into);
  statement.bind(to_micros(hazard.created_at)).bind(to_micros(hazard.updated_at));
  if (hazard.place)
    statement.bind(cell_of(hazard.place->map_point).number());
  else
    statement.bind_null();
}

Hazard hazard_row(const Statement& statement) {
  Row row(statement);
  Hazard hazard;
  hazard.id = row.text();
  hazard.version = row.integer();
  hazard.state = static_cast<domain::ReviewState>(row.integer());
  hazard.class_id = row.small();
  hazard.class_name = row.text();
  hazard.model_version = row.text();
  hazard.thresholds = row.thresholds();
  hazard.first_seen = row.time();
  hazard.last_seen = row.time();
  hazard.sightings = row.integer();
  hazard.passes = row.integer();
  hazard.best_sighting_id = row.text();
  hazard.best = row.best();
  if (row.null()) {
    row.skip(8);
  } else {
    domain::HazardPlace place;
    place.point.latitude = row.real();
    place.point.longitude = row.real();
    place.variance_m2 = row.real();
    place.uncertainty_m = row.real();
    place.map_point.latitude = row.real();
    place.map_point.longitude = row.real();
    place.map_variance_m2 = row.real();
    place.heading_deg = row.real_or_null();
    hazard.place = place;
  }
  hazard.last_client_key = row.text();
  hazard.last_session_id = row.text();
  hazard.last_box = row.box();
  hazard.last_picture = row.size();
  hazard.last_likeness = row.likeness();
  hazard.reason = row.text();
  hazard.note = row.text();
  hazard.merged_into = row.text();
  hazard.created_at = row.time();
  hazard.updated_at = row.time();
  return hazard;
}

void bind(Statement& statement, const Sighting& sighting) {
  statement.bind(sighting.id).bind(sighting.hazard_id).bind(sighting.client_key).bind(sighting.session_id);
  statement.bind(sighting.source).bind(std::bit_cast<std::int64_t>(sighting.track_id)).bind(sighting.class_id);
  statement.bind(sighting.class_name).bind(sighting.model_version);
  statement.bind(static_cast<double>(sighting.thresholds.detection)).bind(static_cast<double>(sighting.thresholds.report));
  statement.bind(sighting.hits).bind(to_micros(sighting.first_seen)).bind(to_micros(sighting.last_seen));
  bind_best(statement, sighting.best);
  if (const auto& place = sighting.place) {
    statement.bind(place->point.latitude).bind(place->point.longitude);
    statement.bind(place->map_point.latitude).bind(place->map_point.longitude);
    statement.bind(place->shared_sigma_m).bind(place->own_sigma_m);
    bind_optional(statement, place->heading_deg);
    statement.bind(static_cast<int>(place->basis));
  } else {
    for (int i = 0; i < 8; ++i) statement.bind_null();
  }
  statement.bind(sighting.new_pass ? 1 : 0).bind(sighting.reason);
}

Sighting sighting_row(const Statement& statement) {
  Row row(statement);
  Sighting sighting;
  sighting.id = row.text();
  sighting.hazard_id = row.text();
  sighting.client_key = row.text();
  sighting.session_id = row.text();
  sighting.source = row.text();
  sighting.track_id = std::bit_cast<std::uint64_t>(row.integer());
  sighting.class_id = row.small();
  sighting.class_name = row.text();
  sighting.model_version = row.text();
  sighting.thresholds = row.thresholds();
  sighting.hits = row.small();
  sighting.first_seen = row.time();
  sighting.last_seen = row.time();
  sighting.best = row.best();
  if (row.null()) {
    row.skip(8);
  } else {
    domain::SightedPlace place;
    place.point.latitude = row.real();
    place.point.longitude = row.real();
    place.map_point.latitude = row.real();
    place.map_point.longitude = row.real();
    place.shared_sigma_m = row.real();
    place.own_sigma_m = row.real();
    place.heading_deg = row.real_or_null();
    place.basis = static_cast<domain::PlaceBasis>(row.integer());
    sighting.place = place;
  }
  sighting.new_pass = row.integer() != 0;
  sighting.reason = row.text();
  return sighting;
}

void bind(Statement& statement, const SessionRecord& session) {
  statement.bind(session.id).bind(session.client_key).bind(to_micros(session.created_at)).bind(to_micros(session.last_active));
  if (session.ended_at)
    statement.bind(to_micros(*session.ended_at));
  else
    statement.bind_null();
  statement.bind(session.body);
}

SessionRecord session_row(const Statement& statement) {
  Row row(statement);
  SessionRecord session;
  session.id = row.text();
  session.client_key = row.text();
  session.created_at = row.time();
  session.last_active = row.time();
  session.ended_at = row.time_or_null();
  session.body = row.text();
  return session;
}

void bind(Statement& statement, const ReportRecord& report) {
  statement.bind(report.id).bind(report.hazard_id).bind(report.session_id).bind(report.client_key).bind(report.source);
  statement.bind(report.status).bind(report.class_id).bind(report.class_name).bind(static_cast<double>(report.confidence));
  statement.bind(report.severity);
  if (report.point)
    statement.bind(report.point->latitude).bind(report.point->longitude);
  else
    statement.bind_null().bind_null();
  statement.bind(to_micros(report.created_at)).bind(to_micros(report.updated_at));
  if (report.confirmed_at)
    statement.bind(to_micros(*report.confirmed_at));
  else
    statement.bind_null();
  statement.bind(report.body);
}

ReportRecord report_row(const Statement& statement) {
  Row row(statement);
  ReportRecord report;
  report.id = row.text();
  report.hazard_id = row.text();
  report.session_id = row.text();
  report.client_key = row.text();
  report.source = row.text();
  report.status = row.text();
  report.class_id = row.small();
  report.class_name = row.text();
  report.confidence = row.single();
  report.severity = row.text();
  const auto latitude = row.real_or_null();
  const auto longitude = row.real_or_null();
  if (latitude && longitude) report.point = domain::GeoPoint{*latitude, *longitude};
  report.created_at = row.time();
  report.updated_at = row.time();
  report.confirmed_at = row.time_or_null();
  report.body = row.text();
  return report;
}

void bind(Statement& statement, const EvidenceRecord& evidence) {
  statement.bind(evidence.id).bind(evidence.hazard_id).bind(evidence.sighting_id).bind(evidence.bytes);
  statement.bind(to_micros(evidence.created_at));
}

EvidenceRecord evidence_row(const Statement& statement) {
  Row row(statement);
  EvidenceRecord evidence;
  evidence.id = row.text();
  evidence.hazard_id = row.text();
  evidence.sighting_id = row.text();
  evidence.bytes = row.integer();
  evidence.created_at = row.time();
  return evidence;
}

}  // namespace hazard::store
