#include "store/sqlite_transaction.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "store/sqlite_rows.hpp"

namespace hazard::store {
namespace {

constexpr double kMetresPerDegree = 111'195;  // of latitude, on a sphere of 6371 km

// Squared metres on the plane that touches the globe; for ordering neighbours only.
double squared_m(domain::GeoPoint a, domain::GeoPoint b) noexcept {
  const double shrink = std::cos(a.latitude * std::numbers::pi / 180);
  const double north = (b.latitude - a.latitude) * kMetresPerDegree;
  const double east = std::remainder(b.longitude - a.longitude, 360.0) * kMetresPerDegree * shrink;
  return north * north + east * east;
}

// Ranges of cell numbers, one or two (at the date line) for each row of cells that the circle touches.
std::vector<std::pair<std::int64_t, std::int64_t>> cells_around(domain::GeoPoint point, double radius_m) {
  const double high = radius_m / kMetresPerDegree;
  const double wide = std::min(180.0, high / std::max(0.001, std::cos(point.latitude * std::numbers::pi / 180)));
  const Cell low = cell_of({std::max(-90.0, point.latitude - high), point.longitude - wide});
  const Cell top = cell_of({std::min(90.0, point.latitude + high), point.longitude + wide});
  constexpr std::int64_t kAround = 360 * kCellsPerDegree;
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
  for (std::int64_t row = low.row; row <= top.row; ++row) {
    const auto add = [&](std::int64_t from, std::int64_t to) {
      ranges.emplace_back(Cell{row, from}.number(), Cell{row, to}.number());
    };
    add(std::max<std::int64_t>(low.column, 0), std::min(top.column, kAround));
    if (low.column < 0) add(low.column + kAround, kAround);
    if (top.column >= kAround) add(0, top.column - kAround);
  }
  return ranges;
}

}  // namespace

SqliteTransaction::SqliteTransaction(Connection& connection) : QueriesOver<Transaction>(connection) {}

std::vector<domain::Hazard> SqliteTransaction::hazards_near(const std::string& class_name, domain::GeoPoint point,
                                                            double radius_m, std::size_t most) {
  static const std::string kSql =
      "SELECT " + kHazardColumns + " FROM hazards WHERE class_name=? AND cell BETWEEN ? AND ? AND cell IS NOT NULL AND state<>3";
  std::vector<std::pair<double, domain::Hazard>> found;
  for (const auto& [from, to] : cells_around(point, radius_m)) {
    Statement statement = connection().prepare(kSql);
    statement.bind(class_name).bind(from).bind(to);
    while (statement.step()) {
      domain::Hazard hazard = hazard_row(statement);
      if (!hazard.place) continue;
      const double squared = squared_m(point, hazard.place->map_point);
      if (squared <= radius_m * radius_m) found.emplace_back(squared, std::move(hazard));
    }
  }
  std::ranges::sort(found, {}, [](const auto& item) { return item.first; });
  if (found.size() > most) found.resize(most);
  std::vector<domain::Hazard> hazards;
  hazards.reserve(found.size());
  for (auto& [squared, hazard] : found) hazards.push_back(std::move(hazard));
  return hazards;
}

std::vector<domain::Hazard> SqliteTransaction::placeless_of(const std::string& class_name, const std::string& client_key,
                                                            base::WallTime since, std::size_t most) {
  static const std::string kSql = "SELECT " + kHazardColumns +
                                  " FROM hazards WHERE cell IS NULL AND last_client=? AND class_name=? AND last_seen>=? AND "
                                  "state<>3 ORDER BY last_seen DESC LIMIT ?";
  Statement statement = connection().prepare(kSql);
  statement.bind(client_key).bind(class_name).bind(to_micros(since)).bind(static_cast<std::int64_t>(most));
  std::vector<domain::Hazard> hazards;
  while (statement.step()) hazards.push_back(hazard_row(statement));
  return hazards;
}

std::vector<std::string> SqliteTransaction::ids(const std::string& sql, const std::string& key) {
  Statement statement = connection().prepare(sql);
  statement.bind(key);
  std::vector<std::string> found;
  while (statement.step()) found.push_back(statement.text(0));
  return found;
}

std::vector<std::string> SqliteTransaction::hazards_seen_by_client(const std::string& client_key) {
  return ids("SELECT DISTINCT hazard_id FROM sightings WHERE client_key=?", client_key);
}

std::vector<std::string> SqliteTransaction::hazards_seen_in_session(const std::string& session_id) {
  return ids("SELECT DISTINCT hazard_id FROM sightings WHERE session_id=?", session_id);
}

std::vector<std::string> SqliteTransaction::pictures_hosted_for(const std::string& client_key) {
  return ids("SELECT id FROM evidence WHERE hazard_id='' AND sighting_id=?", std::string(kHostedFor) + client_key);
}

std::vector<std::string> SqliteTransaction::streams_of(const std::string& client_key) {
  return ids("SELECT session_id FROM streams WHERE client_key=?", client_key);
}

std::vector<std::string> SqliteTransaction::hazards_merged_into(const std::string& hazard_id) {
  return ids("SELECT id FROM hazards WHERE state=3 AND merged_into=?", hazard_id);
}

std::vector<std::string> SqliteTransaction::hazards_last_seen_before(base::WallTime moment, std::size_t most) {
  Statement statement = connection().prepare("SELECT id FROM hazards WHERE last_seen<? AND state<>3 ORDER BY last_seen LIMIT ?");
  statement.bind(to_micros(moment)).bind(static_cast<std::int64_t>(most));
  std::vector<std::string> found;
  while (statement.step()) found.push_back(statement.text(0));
  return found;
}

void SqliteTransaction::run(const std::string& sql, const std::string& key) {
  Statement statement = connection().prepare(sql);
  statement.bind(key).run();
}

void SqliteTransaction::put(const domain::Hazard& hazard) {
  static const std::string kSql = upsert_sql("hazards", kHazardColumns + ",cell");
  Statement statement = connection().prepare(kSql);
  bind(statement, hazard);
  statement.run();
}

void SqliteTransaction::put(const domain::Sighting& sighting) {
  static const std::string kSql = upsert_sql("sightings", kSightingColumns);
  Statement statement = connection().prepare(kSql);
  bind(statement, sighting);
  statement.run();
  if (sighting.new_pass) touched_.seen.push_back(sighting.hazard_id);
}

void SqliteTransaction::put(const SessionRecord& session) {
  static const std::string kSql = upsert_sql("sessions", kSessionColumns);
  Statement statement = connection().prepare(kSql);
  bind(statement, session);
  statement.run();
}

void SqliteTransaction::put(const StreamRecord& stream) {
  Statement statement = connection().prepare(
      "INSERT INTO streams VALUES(?,?,?) ON CONFLICT(client_key, session_id) DO UPDATE SET last_kept=excluded.last_kept");
  statement.bind(stream.client_key).bind(stream.session_id).bind(to_micros(stream.last_kept)).run();
}

void SqliteTransaction::put(const ReportRecord& report) {
  static const std::string kSql = upsert_sql("reports", kReportColumns);
  Statement statement = connection().prepare(kSql);
  bind(statement, report);
  statement.run();
}

void SqliteTransaction::put(const EvidenceRecord& evidence) {
  static const std::string kSql = upsert_sql("evidence", kEvidenceColumns);
  Statement statement = connection().prepare(kSql);
  bind(statement, evidence);
  statement.run();
}

void SqliteTransaction::append(const domain::HistoryEntry& entry) {
  Statement statement =
      connection().prepare("INSERT INTO history(hazard_id,at,actor,action,from_state,to_state,reason) VALUES(?,?,?,?,?,?,?)");
  statement.bind(entry.hazard_id).bind(to_micros(entry.at)).bind(entry.actor).bind(entry.action);
  for (const auto& state : {entry.from, entry.to}) {
    if (state)
      statement.bind(static_cast<int>(*state));
    else
      statement.bind_null();
  }
  statement.bind(entry.reason).run();
  touched_.history.push_back(entry);
}

void SqliteTransaction::append(const CoverageRecord& coverage) {
  if (coverage.line.empty()) return;
  Bounds box{90, 180, -90, -180};
  for (const domain::GeoPoint point : coverage.line) {
    box.south = std::min(box.south, point.latitude);
    box.north = std::max(box.north, point.latitude);
    box.west = std::min(box.west, point.longitude);
    box.east = std::max(box.east, point.longitude);
  }
  Statement statement = connection().prepare(
      "INSERT INTO coverage(drive,client_key,from_time,to_time,pictures,hits,south,west,north,east,line) "
      "VALUES(?,?,?,?,?,?,?,?,?,?,?)");
  statement.bind(coverage.drive).bind(coverage.client_key).bind(to_micros(coverage.from)).bind(to_micros(coverage.to));
  statement.bind(coverage.pictures).bind(coverage.hits);
  statement.bind(box.south).bind(box.west).bind(box.north).bind(box.east);
  statement.bind_blob({reinterpret_cast<const char*>(coverage.line.data()), coverage.line.size() * sizeof(domain::GeoPoint)});
  statement.run();
}

void SqliteTransaction::erase_hazard(const std::string& id) {
  run("DELETE FROM sightings WHERE hazard_id=?", id);
  run("DELETE FROM history WHERE hazard_id=?", id);
  run("DELETE FROM evidence WHERE hazard_id=?", id);
  run("DELETE FROM reports WHERE hazard_id=?", id);
  run("DELETE FROM outbox WHERE hazard_id=?", id);
  run("DELETE FROM hazards WHERE id=?", id);
  touched_.erased.push_back(id);
}

void SqliteTransaction::erase_sighting(const std::string& id) { run("DELETE FROM sightings WHERE id=?", id); }

void SqliteTransaction::erase_evidence(const std::string& id) { run("DELETE FROM evidence WHERE id=?", id); }

void SqliteTransaction::erase_report(const std::string& id) { run("DELETE FROM reports WHERE id=?", id); }

void SqliteTransaction::erase_session(const std::string& id) {
  run("DELETE FROM reports WHERE session_id=?", id);
  run("DELETE FROM coverage WHERE drive=?", id);
  run("DELETE FROM sessions WHERE id=?", id);
  run("DELETE FROM streams WHERE session_id=?", id);
}

void SqliteTransaction::erase_client(const std::string& client_key) {
  run("DELETE FROM reports WHERE client_key=?", client_key);
  run("DELETE FROM coverage WHERE client_key=?", client_key);
  run("DELETE FROM sessions WHERE client_key=?", client_key);
  run("DELETE FROM streams WHERE client_key=?", client_key);
}

void SqliteTransaction::erase_older_than(base::WallTime moment) {
  for (const char* sql : {"DELETE FROM sessions WHERE last_active<?", "DELETE FROM streams WHERE last_kept<?",
                          "DELETE FROM coverage WHERE to_time<?", "DELETE FROM reports WHERE updated_at<? AND hazard_id=''"}) {
    Statement statement = connection().prepare(sql);
    statement.bind(to_micros(moment)).run();
  }
}

}  // namespace hazard::store
