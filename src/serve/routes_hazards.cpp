// Hazards as reviewers see them: lists, one with its history and sightings, review with optimistic concurrency, exports.
#include <charconv>
#include <utility>

#include "domain/limits.hpp"
#include "report/exports.hpp"
#include "serve/page_request.hpp"
#include "serve/report_filter.hpp"
#include "wire/client_message.hpp"
#include "wire/json_reader.hpp"
#include "wire/legacy_message.hpp"

namespace hazard::serve {
namespace {

using domain::ErrorCode;

constexpr BodyRule kSmallBody{.kind = BodyKind::json, .bytes_max = domain::kControlMessageBytesMax};
constexpr std::size_t kExportMost = 100'000;  // hazards in one file

std::string etag_of(const domain::Hazard& hazard) { return "\"" + std::to_string(hazard.version) + "\""; }

void write_hazard(wire::JsonWriter& json, const domain::Hazard& hazard) {
  json.field("id", hazard.id).field("version", hazard.version).field("state", domain::to_string(hazard.state));
  json.field("class_name", hazard.class_name).field("class_id", hazard.class_id).field("model_version", hazard.model_version);
  json.key("thresholds").begin_object().fixed_field("detection", static_cast<double>(hazard.thresholds.detection), 3);
  json.fixed_field("report", static_cast<double>(hazard.thresholds.report), 3).end_object();
  json.field("first_seen", wire::iso_time(hazard.first_seen, true)).field("last_seen", wire::iso_time(hazard.last_seen, true));
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
  json.key("best").begin_object().field("at", wire::iso_time(hazard.best.at, true)).field("frame_id", hazard.best.frame_id);
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
  json.field("created_at", wire::iso_time(hazard.created_at, true)).field("updated_at", wire::iso_time(hazard.updated_at, true));
}

std::string hazard_object(const domain::Hazard& hazard) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object();
  write_hazard(json, hazard);
  json.end_object();
  return text;
}

Response no_hazard(const Request& request) {
  return error_response({ErrorCode::not_found, "Hazard " + quotable(request.params[0]) + " not found"}, request.request_id);
}

void list(Services& services, const Request& request, Reply reply) {
  if (!services.desk->keeps()) return reply(keeps_nothing(request.request_id));
  const auto pairs = wire::parse_query(request.head.query);
  if (!pairs) return reply(error_response(pairs.error(), request.request_id));
  const auto filter = read_hazard_filter(*pairs);
  if (!filter) return reply(error_response(filter.error(), request.request_id));
  const auto page = services.desk->reads().hazards(*filter);
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().key("hazards").begin_array();
  for (const auto& hazard : page.items) json.raw(hazard_object(hazard));
  json.end_array().key("pagination").raw(pagination_object(filter->offset, filter->limit, page.total));
  json.field("total_count", page.total).key("filters_applied").raw(filters_object(*pairs)).end_object();
  reply(json_response(std::move(text)));
}

void write_history(wire::JsonWriter& json, const std::vector<domain::HistoryEntry>& history) {
  const auto state = [&json](std::string_view name, const std::optional<domain::ReviewState>& value) {
    json.key(name);
    if (value) {
      json.value(domain::to_string(*value));
    } else {
      json.null();
    }
  };
  json.key("history").begin_array();
  for (const auto& entry : history) {
    json.begin_object().field("at", wire::iso_time(entry.at, true)).field("actor", entry.actor).field("action", entry.action);
    state("from", entry.from);
    state("to", entry.to);
    json.field("reason", entry.reason).end_object();
  }
  json.end_array();
}

void show(Services& services, const Request& request, Reply reply) {
  if (!services.desk->keeps()) return reply(keeps_nothing(request.request_id));
  const std::string& id = request.params[0];
  const auto hazard = desk::is_uuid(id) ? services.desk->reads().hazard(id) : std::nullopt;
  if (!hazard) return reply(no_hazard(request));
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object();
  write_hazard(json, *hazard);
  json.key("sighting_list").begin_array();
  for (const auto& sighting : services.desk->reads().sightings_of(id)) {
    json.begin_object().field("id", sighting.id).field("session_id", sighting.session_id).field("source", sighting.source);
    json.field("first_seen", wire::iso_time(sighting.first_seen, true)).field("hits", sighting.hits);
    json.fixed_field("confidence", static_cast<double>(sighting.best.confidence), 4).field("new_pass", sighting.new_pass);
    json.field("reason", sighting.reason).end_object();
  }
  json.end_array();
  write_history(json, services.desk->reads().history_of(id));
  json.end_object();
  Response response = json_response(std::move(text));
  response.headers.emplace_back("ETag", etag_of(*hazard));
  reply(std::move(response));
}

// The version that If-Match names; nothing for "*". Errors: bad_request.
domain::Result<std::optional<std::int64_t>> version_in(std::string_view text) {
  if (text == "*") return std::optional<std::int64_t>{};
  std::int64_t version = 0;
  const bool quoted = text.size() > 2 && text.front() == '"' && text.back() == '"';
  const auto inner = quoted ? text.substr(1, text.size() - 2) : std::string_view{};
  const auto [end, failure] = std::from_chars(inner.data(), inner.data() + inner.size(), version);
  if (!quoted || failure != std::errc{} || end != inner.data() + inner.size())
    return domain::refuse(ErrorCode::bad_request, "If-Match must be the ETag of the hazard, or *");
  return std::optional(version);
}

Response refused(const report::Refusal& refusal, const std::string& request_id) {
  using Kind = report::Refusal::Kind;
  const bool unknown = refusal.kind == Kind::not_found;
  const auto code = unknown                         ? ErrorCode::not_found
                    : refusal.kind == Kind::invalid ? ErrorCode::invalid_value
                                                    : ErrorCode::bad_request;
  Response response = error_response({code, refusal.message}, request_id);
  if (refusal.kind == Kind::version_mismatch) {
    response.status = 412;
    response.headers.emplace_back("ETag", "\"" + std::to_string(refusal.current_version) + "\"");
  }
  if (refusal.kind == Kind::not_allowed) response.status = 409;
  return response;
}

// What a PATCH asks for.
struct Asked {
  std::optional<domain::ReviewState> state;
  std::optional<std::string> note;
  std::vector<std::string> merge;  // ids that become this hazard
  std::vector<std::string> split;  // sightings that leave it
  std::string reason;
  std::string actor = "client";
};

domain::Result<std::vector<std::string>> read_ids(const wire::JsonDocument& document, std::string_view name) {
  std::vector<std::string> ids;
  const auto* list = document.find(document.root(), name);
  if (list == nullptr || list->is(wire::JsonKind::null)) return ids;
  for (const auto* each : document.children(*list)) {
    if (!each->is(wire::JsonKind::string) || !desk::is_uuid(each->text) || ids.size() >= 100)
      return domain::refuse(ErrorCode::invalid_value, std::string(name) + " must be a list of at most 100 ids");
    ids.emplace_back(each->text);
  }
  return ids;
}

domain::Result<Asked> read_asked(std::string_view body) {
  const auto document = wire::JsonDocument::parse(body);
  if (!document) return std::unexpected(document.error());
  Asked asked;
  const auto text = [&](std::string_view name) -> domain::Result<std::optional<std::string>> {
    const auto* node = document->find(document->root(), name);
    if (node == nullptr || node->is(wire::JsonKind::null)) return std::optional<std::string>{};
    if (!node->is(wire::JsonKind::string) || node->text.size() > report::kReasonBytesMost)
      return domain::refuse(ErrorCode::invalid_value, std::string(name) + " must be a string of at most 2000 bytes");
    return std::optional(std::string(node->text));
  };
  for (const std::string_view name : {"state", "note", "reason", "actor"}) {
    const auto value = text(name);
    if (!value) return std::unexpected(value.error());
    if (!*value) continue;
    if (name == "state") {
      asked.state = domain::review_state_from(**value);
      if (!asked.state) return domain::refuse(ErrorCode::invalid_value, "state must be a review state");
    }
    if (name == "note") asked.note = **value;
    if (name == "reason") asked.reason = **value;
    if (name == "actor" && !(*value)->empty()) asked.actor = (*value)->substr(0, 64);
  }
  for (const bool merging : {true, false}) {
    auto ids = read_ids(*document, merging ? "merge" : "split");
    if (!ids) return std::unexpected(ids.error());
    (merging ? asked.merge : asked.split) = std::move(*ids);
  }
  const int wanted = (asked.state ? 1 : 0) + (asked.note ? 1 : 0) + (asked.merge.empty() ? 0 : 1) + (asked.split.empty() ? 0 : 1);
  if (wanted != 1) return domain::refuse(ErrorCode::invalid_value, "name exactly one of state, note, merge and split");
  return asked;
}

void review(Services& services, const Request& request, Reply reply) {
  const auto answer_error = [&](const domain::Error& error, int status = 0) {
    Response response = error_response(error, request.request_id);
    if (status != 0) response.status = status;
    reply(std::move(response));
  };
  if (!services.desk->keeps()) return reply(keeps_nothing(request.request_id));
  if (!desk::is_uuid(request.params[0])) return reply(no_hazard(request));
  const auto match = request.head.find("if-match");
  if (!match) return answer_error({ErrorCode::bad_request, "If-Match is required: send the ETag of the hazard, or *"}, 428);
  const auto version = version_in(*match);
  if (!version) return answer_error(version.error());
  const auto asked = read_asked(request.body_text());
  if (!asked) return answer_error(asked.error());

  const report::Change change{.hazard_id = request.params[0],
                              .expected_version = *version,
                              .actor = asked->actor,
                              .reason = asked->reason,
                              .at = services.streams.clock.wall()};
  auto action = [change, asked = *asked](store::Transaction& transaction) -> report::Reviewed<domain::Hazard> {
    if (asked.state) return report::set_state(transaction, change, *asked.state);
    if (asked.note) return report::set_note(transaction, change, *asked.note);
    if (!asked.merge.empty()) return report::merge(transaction, change, asked.merge);
    auto split = report::split(transaction, change, asked.split);
    if (!split) return std::unexpected(std::move(split.error()));
    return std::move(split->rest);
  };
  const auto shared = std::make_shared<Reply>(std::move(reply));
  const std::string id = request.request_id;
  services.desk->review(
      std::move(action),
      [shared, id](report::Reviewed<domain::Hazard> outcome) {
        if (!outcome) return (*shared)(refused(outcome.error(), id));
        Response response = json_response(hazard_object(*outcome));
        response.headers.emplace_back("ETag", etag_of(*outcome));
        (*shared)(std::move(response));
      },
      [shared, id] { (*shared)(error_response({ErrorCode::overloaded, "The store has too much to do."}, id)); });
}

enum class Export : std::uint8_t { geojson, csv, kml, gpx };

std::string write_export(const std::vector<domain::Hazard>& hazards, Export format) {
  switch (format) {
    case Export::geojson: return report::hazards_geojson(hazards);
    case Export::csv: return report::hazards_csv(hazards);
    case Export::kml: return report::hazards_kml(hazards);
    case Export::gpx: return report::hazards_gpx(hazards);
  }
  return {};
}

std::string_view type_of(Export format) {
  switch (format) {
    case Export::geojson: return report::kGeoJsonType;
    case Export::csv: return report::kCsvType;
    case Export::kml: return report::kKmlType;
    case Export::gpx: return report::kGpxType;
  }
  return {};
}

// All that the filter lets through, whatever page was asked for.
void export_hazards(Services& services, const Request& request, Reply reply, Export format) {
  if (!services.desk->keeps()) return reply(keeps_nothing(request.request_id));
  const auto pairs = wire::parse_query(request.head.query);
  if (!pairs) return reply(error_response(pairs.error(), request.request_id));
  auto filter = read_hazard_filter(*pairs);
  if (!filter) return reply(error_response(filter.error(), request.request_id));
  // A hundred thousand hazards take longer than the I/O thread may be away.
  const auto text = std::make_shared<std::string>();
  auto question = [filter = *filter, format, text](store::Reads& reads) mutable {
    std::vector<domain::Hazard> hazards;
    filter.limit = store::kPageMost;
    filter.offset = 0;
    for (;;) {
      auto page = reads.hazards(filter);
      hazards.insert(hazards.end(), std::make_move_iterator(page.items.begin()), std::make_move_iterator(page.items.end()));
      filter.offset += filter.limit;
      if (filter.offset >= page.total || hazards.size() >= kExportMost) break;
    }
    *text = write_export(hazards, format);
  };
  const auto shared = std::make_shared<Reply>(std::move(reply));
  services.desk->ask(std::move(question), [shared, text, format, id = request.request_id](bool asked) {
    if (!asked) return (*shared)(error_response({ErrorCode::overloaded, "The store has too much to do."}, id));
    (*shared)(text_response(std::move(*text), type_of(format)));
  });
}

void coverage(Services& services, const Request& request, Reply reply) {
  if (!services.desk->keeps()) return reply(keeps_nothing(request.request_id));
  const auto pairs = wire::parse_query(request.head.query);
  if (!pairs) return reply(error_response(pairs.error(), request.request_id));
  const auto filter = read_hazard_filter(*pairs);
  if (!filter) return reply(error_response(filter.error(), request.request_id));
  const auto to = filter->seen_to.value_or(services.streams.clock.wall() + std::chrono::hours(24));
  const auto lines = services.desk->reads().coverage(filter->bounds, filter->seen_from.value_or(base::WallTime{}), to);
  reply(text_response(report::coverage_geojson(lines), report::kGeoJsonType));
}

}  // namespace

void add_hazard_routes(Router& router, Services& services) {
  const auto add = [&](Method method, std::string_view pattern, BodyRule body, PageHandler handle) {
    add_page_route(router, services, method, pattern, body, std::move(handle));
  };
  const auto exporter = [](Export format) {
    return [format](Services& s, const Request& r, Reply reply) { export_hazards(s, r, std::move(reply), format); };
  };
  add(Method::get, "/hazards", {}, list);
  add(Method::get, "/hazards/{hazard_id}", {}, show);
  add(Method::patch, "/hazards/{hazard_id}", kSmallBody, review);
  add(Method::get, "/coverage.geojson", {}, coverage);
  add(Method::get, "/reports.geojson", {}, exporter(Export::geojson));
  add(Method::get, "/reports.csv", {}, exporter(Export::csv));
  add(Method::get, "/reports.kml", {}, exporter(Export::kml));
  add(Method::get, "/reports.gpx", {}, exporter(Export::gpx));
}

}  // namespace hazard::serve
