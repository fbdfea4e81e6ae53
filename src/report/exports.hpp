// Hazards and coverage in the formats that maps and spreadsheets read. Pure functions of lists; any thread. Times are UTC, places WGS 84,
// confidence is the model's score of the best box and says nothing about severity.
//
// All are strict whatever bytes a name, note or reason holds: JSON by JsonWriter, XML and CSV by export_text.hpp.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "store/records.hpp"

namespace hazard::report {

inline constexpr std::string_view kGeoJsonType = "application/geo+json";                 // RFC 7946
inline constexpr std::string_view kCsvType = "text/csv; charset=utf-8; header=present";  // RFC 4180
inline constexpr std::string_view kKmlType = "application/vnd.google-earth.kml+xml";     // OGC 07-147r2
inline constexpr std::string_view kGpxType = "application/gpx+xml";                      // GPX 1.1

// A FeatureCollection of points, [longitude, latitude] with 7 digits. Hazards without a place have a null geometry.
std::string hazards_geojson(std::span<const domain::Hazard> hazards);

// A line of names, then a line for each hazard, CR LF. Without a place, its columns are empty.
std::string hazards_csv(std::span<const domain::Hazard> hazards);

// Placemarks and waypoints. Hazards without a place are left out: these formats have only places.
std::string hazards_kml(std::span<const domain::Hazard> hazards);
std::string hazards_gpx(std::span<const domain::Hazard> hazards);

// A FeatureCollection of lines: where was driven, how many pictures were looked at and how many showed a hazard. Lines across the
// date line are cut there (RFC 7946, 3.1.9). `older`: there are more lines, the newest of which begins then; said as the members
// `truncated` and `next_date_to`.
std::string coverage_geojson(std::span<const store::CoverageRecord> lines, std::optional<base::WallTime> older = {});

}  // namespace hazard::report
