// Hazards, sightings and the other records as rows: one list of columns each, and the order in which they are bound and read. Used by
// the other sqlite_* files only.
#pragma once

#include "store/records.hpp"
#include "store/sqlite_connection.hpp"

namespace hazard::store {

extern const std::string kHazardColumns;    // without pk and cell
extern const std::string kSightingColumns;  // without pk
extern const std::string kSessionColumns;
extern const std::string kReportColumns;  // without pk
extern const std::string kEvidenceColumns;

// "INSERT INTO table(columns) VALUES(?,...) ON CONFLICT(id) DO UPDATE SET ...".
std::string upsert_sql(const std::string& table, const std::string& columns);

std::int64_t to_micros(base::WallTime time) noexcept;
base::WallTime from_micros(std::int64_t micros) noexcept;

void bind(Statement& statement, const domain::Hazard& hazard);  // also the cell, as the last column
void bind(Statement& statement, const domain::Sighting& sighting);
void bind(Statement& statement, const SessionRecord& session);
void bind(Statement& statement, const ReportRecord& report);
void bind(Statement& statement, const EvidenceRecord& evidence);

domain::Hazard hazard_row(const Statement& row);
domain::Sighting sighting_row(const Statement& row);
SessionRecord session_row(const Statement& row);
ReportRecord report_row(const Statement& row);
EvidenceRecord evidence_row(const Statement& row);

// Squares of 0.001 degrees: 111 m high, narrower towards the poles. A cell's number is row * kCellsPerRow + column.
inline constexpr std::int64_t kCellsPerDegree = 1000;
inline constexpr std::int64_t kCellsPerRow = 1'000'000;
struct Cell {
  std::int64_t row = 0;
  std::int64_t column = 0;
  std::int64_t number() const noexcept { return row * kCellsPerRow + column; }
};
Cell cell_of(domain::GeoPoint point) noexcept;

}  // namespace hazard::store
