#include "wire/hazard_json.hpp"

#include "wire/legacy_message.hpp"

namespace hazard::wire {

void write_hazard(JsonWriter& json, const domain::Hazard& hazard) {
  json.field("id", hazard.id).field("version", hazard.version).field("state", domain::to_string(hazard.state));
  json.field("class_name", hazard.class_name).field("class_id", hazard.class_id).field("model_version", hazard.model_version);
  json.key("thresholds").begin_object().fixed_field("detection", static_cast<double>(hazard.thresholds.detection), 3);
  json.fixed_field("report", static_cast<double>(hazard.thresholds.report), 3).end_object();
  json.field("first_seen", iso_time(hazard.first_seen, true)).field("last_seen", iso_time(hazard.last_seen, true));
  json.field("sightings", hazard.sightings).field("passes", hazard.passes).key("location");
  if (hazard.place) {
    json.begin_object().fixed_field("latitude", hazard.place->point.latitude, 6);
    json.fixed_field("longitude", hazard.place->point.longitude, 6);
    json.fixed_field("uncertainty_m", hazard.place->uncertainty_m, 1).key("heading_deg");
    if (hazard.place->heading_deg) {
      json.fixed(*hazard.place->heading_deg, 1);
    } else {
      json.null();
    }
    json.end_object();
  } else {
    json.null();
  }
  json.key("best").begin_object().field("at", iso_time(hazard.best.at, true)).field("frame_id", hazard.best.frame_id);
  json.fixed_field("confidence", static_cast<double>(hazard.best.confidence), 4).key("bbox").begin_array();
  for (const float corner : {hazard.best.box.x1, hazard.best.box.y1, hazard.best.box.x2, hazard.best.box.y2})
    json.fixed(static_cast<double>(corner), 2);
  json.end_array().field("width", hazard.best.picture.width).field("height", hazard.best.picture.height).end_object();
  json.field("reason", hazard.reason).field("note", hazard.note).key("merged_into");
  if (hazard.merged_into.empty()) {
    json.null();
  } else {
    json.value(hazard.merged_into);
  }
  json.field("created_at", iso_time(hazard.created_at, true)).field("updated_at", iso_time(hazard.updated_at, true));
}

}  // namespace hazard::wire
