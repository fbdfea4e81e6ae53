#include "serve/page_summary.hpp"

#include <algorithm>

#include "wire/legacy_message.hpp"

namespace hazard::serve {
namespace {

using wire::JsonWriter;

std::int64_t epoch_ms(base::WallTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

// Without a zone, as old readers know it, and under name_utc with one: JavaScript's Date takes the first for local time (W11).
void write_time(JsonWriter& json, const std::string& name, base::WallTime time) {
  json.field(name, wire::iso_time(time)).field(name + "_utc", wire::iso_time(time, true));
}

void write_short_reports(JsonWriter& json, const std::vector<desk::Report>& reports) {
  json.begin_array();
  for (const desk::Report& report : reports) {
    const auto& record = report.record;
    json.begin_object().field("id", record.id).field("report_id", record.id).field("sessionId", record.session_id);
    json.field("session_id", record.session_id).field("className", record.class_name).field("hazard_type", record.class_name);
    json.fixed_field("confidence", static_cast<double>(record.confidence), 4).field("ts", epoch_ms(record.created_at));
    json.field("timestamp", base::epoch_seconds(record.created_at)).key("geo");
    if (record.point) {
      json.begin_object()
          .fixed_field("lat", record.point->latitude, 6)
          .fixed_field("lon", record.point->longitude, 6)
          .end_object();
    } else {
      json.null();
    }
    json.key("cloudinaryUrl");
    if (report.body.image) {
      json.value("/report/image/" + record.id);
    } else {
      json.null();
    }
    const domain::PixelBox box = report.body.box.value_or(domain::PixelBox{});
    json.field("status", record.status).key("bbox").begin_array();
    for (const float corner : {box.x1, box.y1, box.x2, box.y2}) json.fixed(static_cast<double>(corner), 2);
    json.end_array().end_object();
  }
  json.end_array();
}

// What three generations of readers call the same counts.
void write_counts(JsonWriter& json, const desk::PageSession& session) {
  json.field("unique_hazards", static_cast<std::uint64_t>(session.hazards.size()));
  json.field("pending_reports", session.reports_in("pending")).field("confirmed_reports", session.reports_in("confirmed"));
  json.field("dismissed_reports", session.reports_in("dismissed"));
}

void write_map(JsonWriter& json, const std::map<std::string, std::int64_t>& counts) {
  json.begin_object();
  for (const auto& [name, count] : counts) json.field(name, count);
  json.end_object();
}

void write_seen(JsonWriter& json, const desk::PageSession& session) {
  json.begin_array();
  for (const desk::SeenPicture& picture : session.seen) {
    json.begin_object().key("hazards").begin_array();
    for (const auto& [name, confidence] : picture.hazards) {
      json.begin_object().field("class", name).fixed_field("confidence", static_cast<double>(confidence), 4).end_object();
    }
    json.end_array();
    write_time(json, "timestamp", picture.at);
    json.key("image_url").null().end_object();
  }
  json.end_array();
}

}  // namespace

std::vector<desk::Report> reports_of(desk::Desk& desk, const desk::PageSession& session) {
  std::vector<desk::Report> reports;
  if (!desk.keeps() || session.reports.empty()) return reports;
  store::ReportFilter filter;
  filter.session_id = session.id;
  filter.limit = 100;
  auto page = desk.reads().reports(filter);
  for (auto& record : page.items) reports.push_back(desk::from_record(std::move(record)));
  return reports;
}

std::string page_summary(const desk::PageSession& session, const std::vector<desk::Report>& reports, base::WallTime now) {
  const double mean = session.detections > 0 ? session.confidence_sum / static_cast<double>(session.detections) : 0;
  const auto until = session.ended_at.value_or(now);
  const double seconds = std::max(0.0, std::chrono::duration<double>(until - session.created_at).count());
  std::string text;
  JsonWriter json(text);
  json.begin_object().field("session_id", session.id).field("id", session.id).field("sessionId", session.id);
  write_time(json, "start_time", session.created_at);
  json.fixed_field("duration_seconds", seconds, 3);
  json.field("status", session.ended_at ? "ended" : "active").key("metadata").begin_object();
  json.field("source", session.source).field("confidence_threshold", session.confidence_threshold).end_object();
  json.key("stats").begin_object().field("total_detections", session.detections);
  write_counts(json, session);
  json.fixed_field("average_confidence", mean, 4).key("class_distribution");
  write_map(json, session.classes);
  json.field("active_detections_count", session.ended_at ? std::int64_t{0} : session.last_count).end_object();
  json.key("reports");
  write_short_reports(json, reports);
  json.field("detection_count", session.detections).field("frame_count", session.pictures);
  write_counts(json, session);
  json.key("session_info").begin_object().field("session_id", session.id);
  write_time(json, "created_at", session.created_at);
  write_time(json, "last_activity", session.last_active);
  json.end_object().key("detections");
  write_seen(json, session);
  json.field("count", session.detections).key("types");
  write_map(json, session.classes);
  json.fixed_field("avgConfidence", mean, 4).fixed_field("durationMs", seconds * 1000, 0);
  json.field("startTime", epoch_ms(session.created_at)).field("endTime", epoch_ms(until)).end_object();
  return text;
}

std::string page_reports(const std::vector<desk::Report>& reports) {
  std::string text;
  JsonWriter json(text);
  write_short_reports(json, reports);
  return text;
}

}  // namespace hazard::serve
