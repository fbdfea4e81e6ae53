#include "desk/report_record.hpp"

#include <algorithm>
#include <cmath>

#include "wire/legacy_message.hpp"

namespace hazard::desk {
namespace {

using wire::JsonDocument;
using wire::JsonKind;
using wire::JsonNode;
using wire::JsonWriter;

void write_box(JsonWriter& json, const domain::PixelBox& box) {
  json.key("bbox").begin_array();
  for (const float corner : {box.x1, box.y1, box.x2, box.y2}) json.fixed(static_cast<double>(corner), 2);
  json.end_array();
}

double center_x(const domain::PixelBox& box) { return static_cast<double>(box.x1 + box.x2) / 2; }
double center_y(const domain::PixelBox& box) { return static_cast<double>(box.y1 + box.y2) / 2; }

const JsonNode* given(const JsonDocument& document, const JsonNode& object, std::string_view name) {
  const JsonNode* node = document.find(object, name);
  return node == nullptr || node->is(JsonKind::null) ? nullptr : node;
}

std::string text_of(const JsonDocument& document, const JsonNode& object, std::string_view name) {
  const JsonNode* node = given(document, object, name);
  return node != nullptr && node->is(JsonKind::string) ? std::string(node->text) : std::string();
}

std::optional<domain::PixelBox> box_of(const JsonDocument& document, const JsonNode& node) {
  const auto sides = document.children(node);
  if (!node.is(JsonKind::array) || sides.size() != 4) return std::nullopt;
  for (const JsonNode* side : sides) {
    if (!side->is(JsonKind::number) || side->number < -1e6 || side->number > 1e6) return std::nullopt;
  }
  return domain::PixelBox{static_cast<float>(sides[0]->number), static_cast<float>(sides[1]->number),
                          static_cast<float>(sides[2]->number), static_cast<float>(sides[3]->number)};
}

void write_detection(JsonWriter& json, const Report& report) {
  json.key("detection").begin_object().field("class_id", report.record.class_id);
  json.field("class_name", report.record.class_name);
  json.fixed_field("confidence", static_cast<double>(report.record.confidence), 4);
  const domain::PixelBox box = report.body.box.value_or(domain::PixelBox{});
  write_box(json, box);
  json.fixed_field("area", static_cast<double>(box.area()), 2);
  json.fixed_field("center_x", center_x(box), 2).fixed_field("center_y", center_y(box), 2).end_object();
}

void write_location(JsonWriter& json, const Report& report) {
  json.key("location");
  if (!report.record.point && !report.body.box && report.body.address.empty()) {
    json.null();
    return;
  }
  json.begin_object();
  if (report.record.point) {
    json.fixed_field("latitude", report.record.point->latitude, 6).fixed_field("longitude", report.record.point->longitude, 6);
  }
  if (!report.body.address.empty()) json.field("address", report.body.address);
  if (report.body.box) {
    write_box(json, *report.body.box);
    json.key("center").begin_array().fixed(center_x(*report.body.box), 2).fixed(center_y(*report.body.box), 2).end_array();
  }
  json.end_object();
}

void write_image(JsonWriter& json, const Report& report) {
  json.key("image");
  if (!report.body.image) {
    json.null();
    return;
  }
  json.begin_object().field("url", "/report/image/" + report.record.id).field("public_id", report.record.id);
  json.field("width", report.body.image->size.width).field("height", report.body.image->size.height);
  json.field("format", "jpg").field("size_bytes", report.body.image->bytes).end_object();
}

void write_metadata(JsonWriter& json, const Report& report) {
  json.key("metadata").begin_object().field("session_id", report.record.session_id).field("source", report.record.source);
  json.key("device_info");
  const auto document = JsonDocument::parse(report.body.metadata);
  const JsonNode* device = document ? given(*document, document->root(), "device_info") : nullptr;
  if (device != nullptr) {
    document->write(*device, json);
  } else {
    json.null();
  }
  json.key("processing_time_ms").null().field("model_version", report.body.model_version).field("api_version", "1");
  if (document && document->root().is(JsonKind::object)) {
    json.key("client");
    document->write(document->root(), json);
  }
  json.end_object();
}

struct TextField {
  std::string_view name;
  std::string ReportDraft::* into;
};
constexpr TextField kTexts[] = {{"session_id", &ReportDraft::session_id},
                                {"source", &ReportDraft::source},
                                {"title", &ReportDraft::title},
                                {"image_data", &ReportDraft::image_data},
                                {"class_name", &ReportDraft::class_name}};
struct WordField {
  std::string_view name;
  std::optional<std::string> ReportDraft::* into;
};
constexpr WordField kWords[] = {
    {"description", &ReportDraft::description}, {"severity", &ReportDraft::severity}, {"status", &ReportDraft::status}};

std::unexpected<domain::Error> wrong(std::string_view field, std::string_view wanted) {
  return domain::refuse(domain::ErrorCode::invalid_value, std::string(field) + " must be " + std::string(wanted));
}

domain::Result<void> read_texts(const JsonDocument& document, const JsonNode& object, ReportDraft& draft) {
  for (const TextField& field : kTexts) {
    const JsonNode* node = given(document, object, field.name);
    if (node == nullptr) continue;
    if (!node->is(JsonKind::string)) return wrong(field.name, "a string");
    if (field.name != "image_data" && node->text.size() > 200) return wrong(field.name, "at most 200 bytes long");
    draft.*field.into = std::string(node->text);
  }
  for (const WordField& field : kWords) {
    const JsonNode* node = given(document, object, field.name);
    if (node == nullptr) continue;
    if (!node->is(JsonKind::string)) return wrong(field.name, "a string");
    if (node->text.size() > kTextBytesMost) return wrong(field.name, "at most 4000 bytes long");
    draft.*field.into = std::string(node->text);
  }
  if (draft.severity && !is_severity(*draft.severity)) return wrong("severity", "low, medium, high or critical");
  if (draft.status && !is_report_status(*draft.status)) return wrong("status", "pending, confirmed, dismissed or archived");
  return {};
}

domain::Result<void> read_detection(const JsonDocument& document, const JsonNode& object, ReportDraft& draft) {
  for (const std::string_view name : {"class_name", "className", "class", "label"}) {
    if (const auto text = text_of(document, object, name); !text.empty() && text.size() <= 64) {
      draft.class_name = text;
      break;
    }
  }
  for (const std::string_view name : {"class_id", "classId"}) {
    const JsonNode* node = given(document, object, name);
    if (node != nullptr && node->is(JsonKind::number) && node->number >= 0 && node->number < 10'000)
      draft.class_id = static_cast<int>(node->number);
  }
  for (const std::string_view name : {"confidence", "score"}) {
    const JsonNode* node = given(document, object, name);
    if (node == nullptr) continue;
    if (!node->is(JsonKind::number) || node->number < 0 || node->number > 1) return wrong(name, "a number from 0 to 1");
    draft.confidence = node->number;
    break;
  }
  if (const JsonNode* node = given(document, object, "bbox")) {
    draft.box = box_of(document, *node);
    if (!draft.box) return wrong("bbox", "four numbers");
  }
  return {};
}

domain::Result<void> read_place(const JsonDocument& document, const JsonNode& object, ReportDraft& draft) {
  draft.location = wire::location_of_pairs(place_pairs(document, object));
  const auto has = [&](std::string_view name) { return given(document, object, name) != nullptr; };
  const bool named = has("lat") || has("latitude") || has("coordinates");
  if (named && !draft.location) return wrong("location", "degrees on the globe");
  draft.address = text_of(document, object, "address").substr(0, 400);
  if (const JsonNode* node = given(document, object, "bbox"); node != nullptr && !draft.box) draft.box = box_of(document, *node);
  return {};
}

}  // namespace

bool is_severity(std::string_view text) noexcept { return std::ranges::find(kSeverities, text) != std::end(kSeverities); }

bool is_report_status(std::string_view text) noexcept {
  return text == "pending" || text == "confirmed" || text == "dismissed" || text == "archived";
}

std::string_view severity_from_score(std::string_view class_name, float confidence) noexcept {
  if (class_name == "pothole") return confidence >= 0.85F ? "critical" : confidence >= 0.7F ? "high" : "medium";
  if (class_name == "crack") return confidence >= 0.9F ? "high" : confidence >= 0.7F ? "medium" : "low";
  return "low";
}

std::string_view report_status(domain::ReviewState state) noexcept {
  switch (state) {
    case domain::ReviewState::pending:
    case domain::ReviewState::reopened: return "pending";
    case domain::ReviewState::confirmed: return "confirmed";
    case domain::ReviewState::dismissed: return "dismissed";
    case domain::ReviewState::merged:
    case domain::ReviewState::fixed:
    case domain::ReviewState::archived: return "archived";
  }
  return "pending";
}

std::string to_body(const ReportBody& body) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  if (body.box) write_box(json, *body.box);
  json.field("address", body.address).field("description", body.description).field("title", body.title);
  json.field("model_version", body.model_version).field("metadata", body.metadata);
  if (!body.apart_from.empty()) json.field("apart_from", body.apart_from);
  if (body.severity_assumed) json.field("severity_assumed", true);
  json.key("tags").begin_array();
  for (const std::string& tag : body.tags) json.value(tag);
  json.end_array();
  if (body.image) {
    json.key("image").begin_object().field("width", body.image->size.width).field("height", body.image->size.height);
    json.field("bytes", body.image->bytes).field("left", body.image->left).field("top", body.image->top).end_object();
  }
  json.end_object();
  return out;
}

Report from_record(store::ReportRecord record) {
  Report report{.record = std::move(record), .body = {}};
  const auto document = JsonDocument::parse(report.record.body);
  if (!document) return report;
  const JsonNode& root = document->root();
  if (const JsonNode* node = given(*document, root, "bbox")) report.body.box = box_of(*document, *node);
  report.body.address = text_of(*document, root, "address");
  report.body.description = text_of(*document, root, "description");
  report.body.title = text_of(*document, root, "title");
  report.body.model_version = text_of(*document, root, "model_version");
  report.body.metadata = text_of(*document, root, "metadata");
  report.body.apart_from = text_of(*document, root, "apart_from");
  const JsonNode* assumed = given(*document, root, "severity_assumed");
  report.body.severity_assumed = assumed != nullptr && assumed->flag;
  if (const JsonNode* tags = given(*document, root, "tags")) {
    for (const JsonNode* tag : document->children(*tags)) report.body.tags.emplace_back(tag->text);
  }
  if (const JsonNode* image = given(*document, root, "image")) {
    const auto number = [&](std::string_view name) {
      const JsonNode* node = given(*document, *image, name);
      return node == nullptr ? 0.0 : node->number;
    };
    report.body.image = ReportImage{{static_cast<int>(number("width")), static_cast<int>(number("height"))},
                                    static_cast<std::int64_t>(number("bytes")),
                                    static_cast<int>(number("left")),
                                    static_cast<int>(number("top"))};
  }
  return report;
}

void write_report(JsonWriter& json, const Report& report) {
  const store::ReportRecord& record = report.record;
  json.begin_object().field("id", record.id).field("status", record.status);
  write_detection(json, report);
  write_location(json, report);
  write_image(json, report);
  json.key("description");
  if (report.body.description.empty()) {
    json.null();
  } else {
    json.value(report.body.description);
  }
  const bool spoken = !record.severity.empty();
  json.field("severity", spoken ? std::string_view(record.severity) : severity_from_score(record.class_name, record.confidence));
  json.field("severity_basis", !spoken                        ? "model score only, not measured"
                               : report.body.severity_assumed ? "default, nobody gave one"
                                                              : "given by a person");
  json.key("tags").begin_array();
  for (const std::string& tag : report.body.tags) json.value(tag);
  json.end_array();
  write_metadata(json, report);
  if (!report.body.title.empty()) json.field("title", report.body.title);
  json.field("hazard_type", record.class_name).key("hazard_id");
  if (record.hazard_id.empty()) {
    json.null();
  } else {
    json.value(record.hazard_id);
  }
  json.field("created_at", wire::iso_time(record.created_at)).field("updated_at", wire::iso_time(record.updated_at));
  json.field("created_at_utc", wire::iso_time(record.created_at, true));
  json.field("updated_at_utc", wire::iso_time(record.updated_at, true));
  for (const bool zone : {false, true}) {
    json.key(zone ? "confirmed_at_utc" : "confirmed_at");
    if (record.confirmed_at) {
      json.value(wire::iso_time(*record.confirmed_at, zone));
    } else {
      json.null();
    }
  }
  json.end_object();
}

std::string report_object(const Report& report) {
  std::string out;
  JsonWriter json(out);
  write_report(json, report);
  return out;
}

std::vector<std::pair<std::string, std::string>> place_pairs(const JsonDocument& document, const JsonNode& place) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const JsonNode* member : document.children(place)) {
    if (member->is(JsonKind::number)) pairs.emplace_back(member->key, member->text);
  }
  const JsonNode* list = given(document, place, "coordinates");
  const JsonNode* type = given(document, place, "type");
  if (list == nullptr || !list->is(JsonKind::array) || (type != nullptr && type->text != "Point")) return pairs;
  const auto numbers = document.children(*list);
  const bool point =
      (numbers.size() == 2 || numbers.size() == 3) && numbers[0]->is(JsonKind::number) && numbers[1]->is(JsonKind::number);
  if (!point) return pairs;
  pairs.emplace_back("longitude", numbers[0]->text);  // behind names of the place's own, which come first
  pairs.emplace_back("latitude", numbers[1]->text);
  return pairs;
}

domain::Result<void> read_draft(const JsonDocument& document, const JsonNode& object, ReportDraft& draft) {
  if (!object.is(JsonKind::object)) return wrong("the body", "an object");
  if (auto read = read_texts(document, object, draft); !read) return read;
  if (const JsonNode* node = given(document, object, "detection")) {
    if (!node->is(JsonKind::object)) return wrong("detection", "an object");
    if (auto read = read_detection(document, *node, draft); !read) return read;
  }
  if (const JsonNode* list = given(document, object, "detections"); list != nullptr && list->is(JsonKind::array)) {
    const auto all = document.children(*list);  // the web page sends a list: its first is the report's
    if (!all.empty() && all.front()->is(JsonKind::object)) {
      if (auto read = read_detection(document, *all.front(), draft); !read) return read;
    }
  }
  if (const JsonNode* list = given(document, object, "hazard_types"); list != nullptr && list->is(JsonKind::array)) {
    const auto all = document.children(*list);
    if (!all.empty() && all.front()->is(JsonKind::string)) draft.class_name = all.front()->text.substr(0, 64);
  }
  if (const JsonNode* node = given(document, object, "location"); node != nullptr && node->is(JsonKind::object)) {
    if (auto read = read_place(document, *node, draft); !read) return read;
  }
  if (const JsonNode* node = given(document, object, "ts"); node != nullptr && node->is(JsonKind::number)) {
    if (std::abs(node->number) < 1e15) draft.created_ms = static_cast<std::int64_t>(node->number);
  }
  if (const JsonNode* list = given(document, object, "tags")) {
    if (!list->is(JsonKind::array)) return wrong("tags", "a list of strings");
    std::vector<std::string> tags;
    for (const JsonNode* tag : document.children(*list)) {
      if (!tag->is(JsonKind::string) || tag->text.size() > 64 || tags.size() >= kTagsMost)
        return wrong("tags", "at most 32 strings of at most 64 bytes");
      tags.emplace_back(tag->text);
    }
    draft.tags = std::move(tags);
  }
  if (const JsonNode* node = given(document, object, "metadata"); node != nullptr && node->is(JsonKind::object)) {
    draft.metadata.clear();
    JsonWriter json(draft.metadata);
    document.write(*node, json);
    if (draft.metadata.size() > 16 * 1024) return wrong("metadata", "at most 16 KiB");
    if (draft.session_id.empty()) draft.session_id = text_of(document, *node, "session_id").substr(0, 64);
    if (draft.source.empty()) draft.source = text_of(document, *node, "source").substr(0, 64);
  }
  return {};
}

}  // namespace hazard::desk
