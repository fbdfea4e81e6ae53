// Hazards as reviewers see them: lists, one with its history and sightings, exports. What changes them is in routes_review.cpp.
#include <algorithm>
#include <charconv>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "domain/limits.hpp"
#include "report/exports.hpp"
#include "report/review.hpp"
#include "serve/hazard_answer.hpp"
#include "serve/page_request.hpp"
#include "serve/report_filter.hpp"
#include "wire/client_message.hpp"
#include "wire/hazard_json.hpp"
#include "wire/json_reader.hpp"
#include "wire/legacy_message.hpp"

namespace hazard::serve {
namespace {

using domain::ErrorCode;

constexpr std::size_t kExportMost = 100'000;  // hazards in one file
constexpr std::size_t kLinesMost = 10'000;    // lines of coverage in one answer: some kilometre each, at most 100 points

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

// What the review rules let it become, so that no page keeps rules of its own.
void write_next_states(wire::JsonWriter& json, domain::ReviewState from) {
  json.key("next_states").begin_array();
  for (std::size_t i = 0; i < domain::kReviewStateCount; ++i) {
    const auto to = static_cast<domain::ReviewState>(i);
    if (report::may_become(from, to)) json.value(domain::to_string(to));
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
  wire::write_hazard(json, *hazard);
  write_next_states(json, hazard->state);
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
  response.headers.emplace_back("ETag", etag_of(hazard->version));
  reply(std::move(response));
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

// How many an answer may hold: `most`, else `limit`, as many as one ever holds. Errors: bad_request.
domain::Result<std::size_t> most_in(const wire::QueryPairs& pairs, std::size_t limit) {
  std::size_t most = limit;
  for (const auto& [name, value] : pairs) {
    if (name != "most" || value.empty()) continue;
    const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), most);
    if (failure != std::errc{} || end != value.data() + value.size() || most < 1 || most > limit)
      return domain::refuse(ErrorCode::bad_request, "most must be a whole number from 1 to " + std::to_string(limit));
  }
  return most;
}

// Asks off the I/O thread, which may not be away for as long as a hundred thousand hazards take; answers with what was written.
void answer_when_asked(Services& services, const Request& request, Reply reply, std::string_view type,
                       std::function<std::string(store::Reads&)> write) {
  const auto text = std::make_shared<std::string>();
  const auto shared = std::make_shared<Reply>(std::move(reply));
  services.desk->ask([text, write = std::move(write)](store::Reads& reads) { *text = write(reads); },
                     [shared, text, type, id = request.request_id](bool asked) {
                       if (!asked) {
                         return (*shared)(error_response({ErrorCode::overloaded, "The store has too much to do."}, id));
                       }
                       (*shared)(text_response(std::move(*text), type));
                     });
}

// The first `most` that the filter lets through, in the order asked for, whatever page was asked for.
void export_hazards(Services& services, const Request& request, Reply reply, Export format) {
  if (!services.desk->keeps()) return reply(keeps_nothing(request.request_id));
  const auto pairs = wire::parse_query(request.head.query);
  if (!pairs) return reply(error_response(pairs.error(), request.request_id));
  auto filter = read_hazard_filter(*pairs);
  if (!filter) return reply(error_response(filter.error(), request.request_id));
  const auto most = most_in(*pairs, kExportMost);
  if (!most) return reply(error_response(most.error(), request.request_id));
  auto write = [filter = *filter, most = *most, format](store::Reads& reads) mutable {
    std::vector<domain::Hazard> hazards;
    filter.offset = 0;
    for (;;) {
      filter.limit = std::min(store::kPageMost, static_cast<std::int64_t>(most - hazards.size()));
      auto page = reads.hazards(filter);
      hazards.insert(hazards.end(), std::make_move_iterator(page.items.begin()), std::make_move_iterator(page.items.end()));
      filter.offset += filter.limit;
      if (filter.offset >= page.total || hazards.size() >= most) break;
    }
    return write_export(hazards, format);
  };
  answer_when_asked(services, request, std::move(reply), type_of(format), std::move(write));
}

void coverage(Services& services, const Request& request, Reply reply) {
  if (!services.desk->keeps()) return reply(keeps_nothing(request.request_id));
  const auto pairs = wire::parse_query(request.head.query);
  if (!pairs) return reply(error_response(pairs.error(), request.request_id));
  const auto filter = read_hazard_filter(*pairs);
  if (!filter) return reply(error_response(filter.error(), request.request_id));
  const auto most = most_in(*pairs, kLinesMost);
  if (!most) return reply(error_response(most.error(), request.request_id));
  auto write = [filter = *filter, most = *most, now = services.streams.clock.wall()](store::Reads& reads) {
    const auto lines = reads.coverage(filter.bounds, filter.seen_from.value_or(base::WallTime{}),
                                      filter.seen_to.value_or(now + std::chrono::hours(24)), most + 1);
    if (lines.size() <= most) return report::coverage_geojson(lines);
    return report::coverage_geojson(std::span(lines).subspan(1), lines.front().from);
  };
  answer_when_asked(services, request, std::move(reply), report::kGeoJsonType, std::move(write));
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
  add(Method::get, "/coverage.geojson", {}, coverage);
  add(Method::get, "/reports.geojson", {}, exporter(Export::geojson));
  add(Method::get, "/reports.csv", {}, exporter(Export::csv));
  add(Method::get, "/reports.kml", {}, exporter(Export::kml));
  add(Method::get, "/reports.gpx", {}, exporter(Export::gpx));
}

}  // namespace hazard::serve
