#include "report/exports.hpp"

#include <cmath>

#include "report/export_text.hpp"
#include "wire/json_writer.hpp"

namespace hazard::report {
namespace {

using domain::GeoPoint;
using domain::Hazard;
using wire::JsonWriter;

constexpr int kDegreeDigits = 7;

void position(JsonWriter& json, GeoPoint point) {
  json.begin_array();
  json.raw(decimal(point.longitude, kDegreeDigits)).raw(decimal(point.latitude, kDegreeDigits));
  json.end_array();
}

void geometry(JsonWriter& json, const Hazard& hazard) {
  json.key("geometry");
  if (!hazard.place) {
    json.null();
    return;
  }
  json.begin_object().field("type", "Point").key("coordinates");
  position(json, hazard.place->point);
  json.end_object();
}

void properties(JsonWriter& json, const Hazard& hazard) {
  json.key("properties").begin_object();
  json.field("class", hazard.class_name);
  json.field("state", domain::to_string(hazard.state));
  if (hazard.place) {
    json.fixed_field("uncertainty_m", hazard.place->uncertainty_m, 2);
    if (hazard.place->heading_deg) json.fixed_field("heading_deg", *hazard.place->heading_deg, 1);
  }
  json.field("first_seen", iso_time(hazard.first_seen));
  json.field("last_seen", iso_time(hazard.last_seen));
  json.field("sightings", hazard.sightings);
  json.field("passes", hazard.passes);
  json.fixed_field("confidence", static_cast<double>(hazard.best.confidence), 4);
  json.field("model_version", hazard.model_version);
  json.field("reason", hazard.reason);
  json.field("note", hazard.note);
  json.field("version", hazard.version);
  json.end_object();
}

std::string description(const Hazard& hazard) {
  std::string text = std::string(domain::to_string(hazard.state)) + "; seen " + std::to_string(hazard.sightings) + " times on " +
                     std::to_string(hazard.passes) + " passes; within " + decimal(hazard.place->uncertainty_m, 1) + " m; " +
                     hazard.reason;
  if (!hazard.note.empty()) text += " Note: " + hazard.note;
  return text;
}

// Where the straight line from a to b meets the date line: its latitude.
double crossing_latitude(GeoPoint a, GeoPoint b) {
  const double to_b = std::remainder(b.longitude - a.longitude, 360.0);
  const double to_edge = (a.longitude > 0 ? 180.0 : -180.0) - a.longitude;
  return to_b == 0 ? a.latitude : a.latitude + (b.latitude - a.latitude) * to_edge / to_b;
}

std::vector<std::vector<GeoPoint>> cut_at_date_line(const std::vector<GeoPoint>& line) {
  std::vector<std::vector<GeoPoint>> parts(1);
  for (const GeoPoint point : line) {
    if (!parts.back().empty()) {
      const GeoPoint last = parts.back().back();
      if (std::abs(point.longitude - last.longitude) > 180) {
        const double latitude = crossing_latitude(last, point);
        parts.back().push_back({latitude, last.longitude > 0 ? 180.0 : -180.0});
        parts.push_back({{latitude, last.longitude > 0 ? -180.0 : 180.0}});
      }
    }
    parts.back().push_back(point);
  }
  return parts;
}

void line_geometry(JsonWriter& json, const std::vector<GeoPoint>& line) {
  const auto parts = cut_at_date_line(line);
  json.key("geometry").begin_object();
  json.field("type", parts.size() == 1 ? "LineString" : "MultiLineString").key("coordinates");
  if (parts.size() > 1) json.begin_array();
  for (const auto& part : parts) {
    json.begin_array();
    for (const GeoPoint point : part) position(json, point);
    json.end_array();
  }
  if (parts.size() > 1) json.end_array();
  json.end_object();
}

}  // namespace

std::string hazards_geojson(std::span<const Hazard> hazards) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("type", "FeatureCollection").key("features").begin_array();
  for (const Hazard& hazard : hazards) {
    json.begin_object().field("type", "Feature").field("id", hazard.id);
    geometry(json, hazard);
    properties(json, hazard);
    json.end_object();
  }
  json.end_array().end_object();
  return out;
}

std::string hazards_csv(std::span<const Hazard> hazards) {
  std::string out =
      "id,class,state,latitude,longitude,uncertainty_m,heading_deg,first_seen,last_seen,sightings,passes,confidence,model_"
      "version,"
      "reason,note,version\r\n";
  for (const Hazard& hazard : hazards) {
    const auto& place = hazard.place;
    out += csv_text(hazard.id) + ',' + csv_text(hazard.class_name) + ',' + std::string(domain::to_string(hazard.state)) + ',';
    out += place ? decimal(place->point.latitude, kDegreeDigits) + ',' + decimal(place->point.longitude, kDegreeDigits) + ',' +
                       decimal(place->uncertainty_m, 2) + ','
                 : ",,,";
    if (place && place->heading_deg) out += decimal(*place->heading_deg, 1);
    out += ',' + iso_time(hazard.first_seen) + ',' + iso_time(hazard.last_seen) + ',' + std::to_string(hazard.sightings) + ',' +
           std::to_string(hazard.passes) + ',' + decimal(static_cast<double>(hazard.best.confidence), 4) + ',';
    out += csv_text(hazard.model_version) + ',' + csv_text(hazard.reason) + ',' + csv_text(hazard.note) + ',' +
           std::to_string(hazard.version) + "\r\n";
  }
  return out;
}

std::string hazards_kml(std::span<const Hazard> hazards) {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml "
      "xmlns=\"http://www.opengis.net/kml/2.2\"><Document><name>Hazards</name>\n";
  for (const Hazard& hazard : hazards) {
    if (!hazard.place) continue;
    out += "<Placemark id=\"h-" + xml_text(hazard.id) + "\"><name>" + xml_text(hazard.class_name) + "</name><description>" +
           xml_text(description(hazard)) + "</description><TimeSpan><begin>" + iso_time(hazard.first_seen) + "</begin><end>" +
           iso_time(hazard.last_seen) + "</end></TimeSpan><Point><coordinates>" +
           decimal(hazard.place->point.longitude, kDegreeDigits) + ',' + decimal(hazard.place->point.latitude, kDegreeDigits) +
           "</coordinates></Point></Placemark>\n";
  }
  return out + "</Document></kml>\n";
}

std::string hazards_gpx(std::span<const Hazard> hazards) {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gpx xmlns=\"http://www.topografix.com/GPX/1/1\" version=\"1.1\" "
      "creator=\"hazardstream\">\n";
  for (const Hazard& hazard : hazards) {
    if (!hazard.place) continue;
    out += "<wpt lat=\"" + decimal(hazard.place->point.latitude, kDegreeDigits) + "\" lon=\"" +
           decimal(hazard.place->point.longitude, kDegreeDigits) + "\"><time>" + iso_time(hazard.last_seen) + "</time><name>" +
           xml_text(hazard.class_name + " " + hazard.id) + "</name><desc>" + xml_text(description(hazard)) + "</desc><type>" +
           xml_text(hazard.class_name) + "</type></wpt>\n";
  }
  return out + "</gpx>\n";
}

std::string coverage_geojson(std::span<const store::CoverageRecord> lines, std::optional<base::WallTime> older) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("type", "FeatureCollection").key("features").begin_array();
  for (const store::CoverageRecord& record : lines) {
    if (record.line.size() < 2) continue;
    json.begin_object().field("type", "Feature");
    line_geometry(json, record.line);
    json.key("properties").begin_object();
    json.field("from", iso_time(record.from)).field("to", iso_time(record.to));
    json.field("pictures", record.pictures).field("with_hazard", record.hits);
    json.field("nothing_found", record.hits == 0);
    json.end_object().end_object();
  }
  json.end_array();
  // Up to the millisecond: a line may come twice so, and none is lost.
  if (older) {
    json.field("truncated", true);
    json.field("next_date_to", iso_time(std::chrono::ceil<std::chrono::milliseconds>(*older)));
  }
  json.end_object();
  return out;
}

}  // namespace hazard::report
