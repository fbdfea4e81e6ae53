#include "store/sqlite_queries.hpp"

#include <algorithm>
#include <cstring>

#include "store/sqlite_rows.hpp"

namespace hazard::store {
namespace {

template <typename Item>
std::optional<Item> first(Connection& connection, const std::string& sql, const std::string& key,
                          Item (*read)(const Statement&)) {
  Statement statement = connection.prepare(sql);
  statement.bind(key);
  if (!statement.step()) return std::nullopt;
  return read(statement);
}

template <typename Item>
std::vector<Item> all(Connection& connection, const std::string& sql, const std::string& key, Item (*read)(const Statement&)) {
  std::vector<Item> items;
  Statement statement = connection.prepare(sql);
  statement.bind(key);
  while (statement.step()) items.push_back(read(statement));
  return items;
}

domain::HistoryEntry history_row(const Statement& row) {
  const auto state = [&](int column) -> std::optional<domain::ReviewState> {
    if (row.is_null(column)) return std::nullopt;
    return static_cast<domain::ReviewState>(row.integer(column));
  };
  return {row.integer(0), row.text(1), from_micros(row.integer(2)), row.text(3), row.text(4), state(5), state(6), row.text(7)};
}

CoverageRecord coverage_row(const Statement& row) {
  CoverageRecord record{row.text(0),    row.text(1), from_micros(row.integer(2)), from_micros(row.integer(3)), row.integer(4),
                        row.integer(5), {}};
  const std::string bytes = row.text(6);
  record.line.resize(bytes.size() / sizeof(domain::GeoPoint));
  if (!record.line.empty()) std::memcpy(record.line.data(), bytes.data(), record.line.size() * sizeof(domain::GeoPoint));
  return record;
}

using Tally = std::vector<std::pair<std::string, std::int64_t>>;

Tally tally(Connection& connection, const std::string& sql) {
  Tally counts;
  Statement statement = connection.prepare(sql);
  while (statement.step()) counts.emplace_back(statement.text(0), statement.integer(1));
  return counts;
}

}  // namespace

std::optional<domain::Hazard> find_hazard(Connection& connection, const std::string& id) {
  return first(connection, "SELECT " + kHazardColumns + " FROM hazards WHERE id=?", id, hazard_row);
}

std::optional<domain::Sighting> find_sighting(Connection& connection, const std::string& id) {
  return first(connection, "SELECT " + kSightingColumns + " FROM sightings WHERE id=?", id, sighting_row);
}

std::vector<domain::Sighting> find_sightings(Connection& connection, const std::string& hazard_id) {
  return all(connection, "SELECT " + kSightingColumns + " FROM sightings WHERE hazard_id=? ORDER BY first_seen,pk", hazard_id,
             sighting_row);
}

std::vector<domain::HistoryEntry> find_history(Connection& connection, const std::string& hazard_id) {
  return all(connection,
             "SELECT pk,hazard_id,at,actor,action,from_state,to_state,reason FROM history WHERE hazard_id=? ORDER BY pk",
             hazard_id, history_row);
}

std::optional<EvidenceRecord> find_one_evidence(Connection& connection, const std::string& id) {
  return first(connection, "SELECT " + kEvidenceColumns + " FROM evidence WHERE id=?", id, evidence_row);
}

std::vector<EvidenceRecord> find_evidence(Connection& connection, const std::string& hazard_id) {
  return all(connection, "SELECT " + kEvidenceColumns + " FROM evidence WHERE hazard_id=? ORDER BY created_at,id", hazard_id,
             evidence_row);
}

std::optional<SessionRecord> find_session(Connection& connection, const std::string& id) {
  return first(connection, "SELECT " + kSessionColumns + " FROM sessions WHERE id=?", id, session_row);
}

std::optional<ReportRecord> find_report(Connection& connection, const std::string& id) {
  return first(connection, "SELECT " + kReportColumns + " FROM reports WHERE id=?", id, report_row);
}

std::vector<CoverageRecord> find_coverage(Connection& connection, const std::optional<Bounds>& bounds, base::WallTime from,
                                          base::WallTime to, std::size_t most) {
  const Bounds box = bounds.value_or(Bounds{});
  const bool crosses = box.west > box.east;
  // The plus keeps SQLite from walking by to_time, which would sort all that it finds.
  Statement statement = connection.prepare(
      std::string("SELECT drive,client_key,from_time,to_time,pictures,hits,line FROM coverage WHERE +to_time>=? AND from_time<=? "
                  "AND north>=? AND south<=? AND (east>=? ") +
      (crosses ? "OR" : "AND") + " west<=?) ORDER BY from_time DESC,pk DESC LIMIT ?");
  statement.bind(to_micros(from)).bind(to_micros(to)).bind(box.south).bind(box.north).bind(box.west).bind(box.east);
  statement.bind(static_cast<std::int64_t>(most));
  std::vector<CoverageRecord> found;
  while (statement.step()) found.push_back(coverage_row(statement));
  std::ranges::reverse(found);
  return found;
}

Counts count_hazards(Connection& connection, base::WallTime recent_from) {
  Counts counts;
  const std::string unmerged = " FROM hazard_counts WHERE state<>3";
  for (const auto& [state, count] : tally(connection, "SELECT state,sum(count)" + unmerged + " GROUP BY state ORDER BY state")) {
    counts.by_status.emplace_back(domain::to_string(static_cast<domain::ReviewState>(std::stoi(state))), count);
    counts.total += count;
  }
  counts.by_class = tally(connection, "SELECT class_name,sum(count)" + unmerged + " GROUP BY class_name ORDER BY class_name");
  Statement rest =
      connection.prepare("SELECT avg(best_confidence),sum(first_seen>=?) FROM hazards INDEXED BY hazards_list WHERE state<>3");
  rest.bind(to_micros(recent_from));
  if (rest.step()) {
    counts.average_confidence = rest.real(0);
    counts.recent = rest.integer(1);
  }
  return counts;
}

Counts count_reports(Connection& connection, base::WallTime recent_from) {
  Counts counts;
  const auto by = [&](const std::string& column, const std::string& condition) {
    return tally(connection, "SELECT " + column + ",sum(count) FROM report_counts" + condition + " GROUP BY " + column +
                                 " ORDER BY " + column);
  };
  counts.by_status = by("status", "");
  counts.by_class = by("class_name", "");
  counts.by_severity = by("severity", "");  // as each report shows it (sqlite_schema.cpp)
  for (const auto& [status, count] : counts.by_status) counts.total += count;
  Statement rest = connection.prepare("SELECT avg(confidence),sum(created_at>=?) FROM reports INDEXED BY reports_list");
  rest.bind(to_micros(recent_from));
  if (rest.step()) {
    counts.average_confidence = rest.real(0);
    counts.recent = rest.integer(1);
  }
  return counts;
}

}  // namespace hazard::store
