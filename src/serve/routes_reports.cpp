// /reports: lists, single reports, what people do with them, counts (legacy-clients section 6).
#include <utility>

#include "domain/limits.hpp"
#include "serve/page_request.hpp"
#include "serve/report_filter.hpp"
#include "wire/client_message.hpp"
#include "wire/json_reader.hpp"

namespace hazard::serve {
namespace {

using domain::ErrorCode;

constexpr BodyRule kSmallBody{.kind = BodyKind::json, .bytes_max = domain::kControlMessageBytesMax};
constexpr std::size_t kPictureBytesMost = 10 * 1024 * 1024;  // the contract's limit for a report's picture

// Answers with the report, or its refusal: from the writer's thread.
desk::Desk::ReportDone answer_with_report(Reply reply, std::string id, const std::string& request_id) {
  const auto shared = std::make_shared<Reply>(std::move(reply));
  return [shared, id = std::move(id), request_id](domain::Result<desk::Report> outcome) {
    if (!outcome && outcome.error().code == ErrorCode::not_found) return (*shared)(no_report(id, request_id));
    if (!outcome) return (*shared)(error_response(outcome.error(), request_id));
    (*shared)(json_response(desk::report_object(*outcome)));
  };
}

void list(Services& services, const Request& request, Reply reply) {
  if (!services.desk->keeps()) return reply(keeps_nothing(request.request_id));
  const auto pairs = wire::parse_query(request.head.query);
  if (!pairs) return reply(error_response(pairs.error(), request.request_id));
  const auto filter = read_report_filter(*pairs);
  if (!filter) return reply(error_response(filter.error(), request.request_id));
  auto page = services.desk->reads().reports(*filter);
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().key("reports").begin_array();
  for (auto& record : page.items) desk::write_report(json, desk::from_record(std::move(record)));
  json.end_array().key("pagination").raw(pagination_object(filter->offset, filter->limit, page.total));
  json.field("total_count", page.total).key("filters_applied").raw(filters_object(*pairs)).end_object();
  reply(json_response(std::move(text)));
}

void show(Services& services, const Request& request, Reply reply) {
  if (!services.desk->keeps()) return reply(keeps_nothing(request.request_id));
  const auto report = services.desk->report(request.params[0]);
  reply(report ? json_response(desk::report_object(*report)) : no_report(request.params[0], request.request_id));
}

void create(Services& services, const Request& request, Reply reply) {
  if (!services.desk->keeps()) return reply(keeps_nothing(request.request_id));
  auto draft = read_draft_body(request.body_text());
  if (!draft) return reply(error_response(draft.error(), request.request_id));
  draft->severity_default = "medium";
  if (draft->class_name.empty() && draft->title.empty() && !draft->class_id) {
    return reply(error_response({ErrorCode::invalid_value, "detection must name a class"}, request.request_id));
  }
  domain::Bytes picture;
  if (!draft->image_data.empty()) {
    auto decoded = wire::decode_image_data(draft->image_data, kPictureBytesMost);
    if (!decoded) return reply(error_response(decoded.error(), request.request_id));
    picture = std::move(*decoded);
  }
  services.desk->create(std::move(*draft), client_key_of(request), std::move(picture),
                        answer_with_report(std::move(reply), {}, request.request_id));
}

void patch(Services& services, const Request& request, Reply reply) {
  if (!services.desk->keeps()) return reply(keeps_nothing(request.request_id));
  const auto draft = read_draft_body(request.body_text());
  if (!draft) return reply(error_response(draft.error(), request.request_id));
  services.desk->change(request.params[0], {}, *draft,
                        answer_with_report(std::move(reply), request.params[0], request.request_id));
}

// The one text field of a small body: `notes` or `reason`.
domain::Result<std::string> read_words(std::string_view body, std::string_view name) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return std::string();
  const auto document = wire::JsonDocument::parse(body);
  if (!document) return std::unexpected(document.error());
  const auto* node = document->find(document->root(), name);
  if (node == nullptr || node->is(wire::JsonKind::null)) return std::string();
  if (!node->is(wire::JsonKind::string) || node->text.size() > report::kReasonBytesMost)
    return domain::refuse(ErrorCode::invalid_value, std::string(name) + " must be a string of at most 2000 bytes");
  return std::string(node->text);
}

void confirm(Services& services, const Request& request, Reply reply) {
  const auto notes = read_words(request.body_text(), "notes");
  if (!notes) return reply(error_response(notes.error(), request.request_id));
  desk::ReportDraft draft;
  draft.status = "confirmed";
  if (!notes->empty()) draft.description = *notes;
  services.desk->change(request.params[0], {}, draft,
                        answer_with_report(std::move(reply), request.params[0], request.request_id));
}

void dismiss(Services& services, const Request& request, Reply reply) {
  const auto reason = read_words(request.body_text(), "reason");
  if (!reason) return reply(error_response(reason.error(), request.request_id));
  desk::ReportDraft draft;
  draft.status = "dismissed";
  draft.description = "Dismissed: " + (reason->empty() ? std::string("no reason given") : *reason);
  services.desk->change(request.params[0], {}, draft,
                        answer_with_report(std::move(reply), request.params[0], request.request_id));
}

void remove(Services& services, const Request& request, Reply reply) {
  const auto begun = services.streams.clock.now();
  const auto shared = std::make_shared<Reply>(std::move(reply));
  const auto done = [&services, shared, begun, id = request.params[0], request_id = request.request_id](const auto& removed) {
    if (!removed && removed.error().code == ErrorCode::not_found) return (*shared)(no_report(id, request_id));
    if (!removed) return (*shared)(error_response(removed.error(), request_id));
    std::string text;
    wire::JsonWriter json(text);
    json.begin_object().field("success", true).field("message", "Report deleted");
    json.fixed_field("processing_time_ms", base::to_ms(services.streams.clock.now() - begun), 3).end_object();
    (*shared)(json_response(std::move(text)));
  };
  services.desk->remove(request.params[0], done);
}

std::int64_t count_named(const std::vector<std::pair<std::string, std::int64_t>>& counts, std::string_view name) {
  for (const auto& [key, count] : counts) {
    if (key == name) return count;
  }
  return 0;
}

void stats(Services& services, const Request& request, Reply reply) {
  if (!services.desk->keeps()) return reply(keeps_nothing(request.request_id));
  const auto counts = services.desk->reads().report_counts(services.streams.clock.wall() - std::chrono::hours(24));
  std::string text;
  wire::JsonWriter json(text);
  const auto map = [&json](std::string_view name, const auto& values) {
    json.key(name).begin_object();
    for (const auto& [key, count] : values) json.field(key.empty() ? std::string("unrated") : key, count);
    json.end_object();
  };
  json.begin_object().field("total_reports", counts.total).field("pending_reports", count_named(counts.by_status, "pending"));
  json.field("confirmed_reports", count_named(counts.by_status, "confirmed"));
  json.field("dismissed_reports", count_named(counts.by_status, "dismissed"));
  json.field("archived_reports", count_named(counts.by_status, "archived"));
  map("reports_by_severity", counts.by_severity);
  map("reports_by_class", counts.by_class);
  json.field("recent_reports_count", counts.recent).fixed_field("avg_confidence", counts.average_confidence, 4).end_object();
  reply(json_response(std::move(text)));
}

}  // namespace

void add_report_routes(Router& router, Services& services) {
  const auto add = [&](Method method, std::string_view pattern, BodyRule body, PageHandler handle) {
    add_page_route(router, services, method, pattern, body, std::move(handle));
  };
  // Frames arrive as base64 inside JSON: the contract's limit is on the picture.
  const BodyRule with_picture{.kind = BodyKind::json, .bytes_max = domain::text_message_bytes_max(kPictureBytesMost)};
  add(Method::get, "/reports", {}, list);
  add(Method::get, "/api/reports", {}, list);
  add(Method::post, "/reports", with_picture, create);
  add(Method::post, "/reports/create", with_picture, create);
  add(Method::get, "/reports/stats", {}, stats);
  add(Method::get, "/reports/{report_id}", {}, show);
  add(Method::patch, "/reports/{report_id}", kSmallBody, patch);
  add(Method::del, "/reports/{report_id}", {}, remove);
  add(Method::post, "/reports/{report_id}/confirm", kSmallBody, confirm);
  add(Method::post, "/reports/{report_id}/dismiss", kSmallBody, dismiss);
}

}  // namespace hazard::serve
