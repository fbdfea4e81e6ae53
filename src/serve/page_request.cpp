#include "serve/page_request.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "serve/picture_body.hpp"
#include "wire/client_message.hpp"
#include "wire/json_reader.hpp"
#include "wire/legacy_message.hpp"

namespace hazard::serve {
namespace {

using domain::ErrorCode;

std::optional<domain::Location> place_in_json(std::string_view text) {
  const auto document = wire::JsonDocument::parse(text);
  if (!document || !document->root().is(wire::JsonKind::object)) return std::nullopt;
  const auto* inner = document->find(document->root(), "location");
  const auto& object = inner != nullptr && inner->is(wire::JsonKind::object) ? *inner : document->root();
  return wire::location_of_pairs(desk::place_pairs(*document, object));
}

}  // namespace

std::string client_key_of(const Request& request) {
  std::string who = request.peer;
  who.append("\n").append(request.head.get("user-agent"));
  return base::to_hex(base::sha256(who)).substr(0, 32);
}

void note_owner(Services& services, const session::Session& session, const Request& request) {
  if (services.desk != nullptr) services.desk->stream_belongs(session.id(), session.life(), client_key_of(request));
}

std::optional<domain::Location> place_of(const Request& request) {
  if (const auto text = request.head.find("x-location")) {
    const auto location = wire::parse_location_header(*text);
    return location ? std::optional(*location) : std::nullopt;
  }
  if (!is_multipart_type(request.head.get("content-type"))) return std::nullopt;
  const auto parts = read_form(request);
  if (!parts) return std::nullopt;
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const wire::Part& part : *parts) {
    if (part.has_filename) continue;
    if (part.name == "metadata" || part.name == "location") {
      if (auto place = place_in_json(part.content)) return place;
    } else if (part.content.size() <= 64) {
      pairs.emplace_back(part.name, part.content);
    }
  }
  return wire::location_of_pairs(pairs);
}

domain::Result<desk::ReportDraft> read_draft_body(std::string_view body) {
  desk::ReportDraft draft;
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return draft;
  const auto document = wire::JsonDocument::parse(body);
  if (!document) return std::unexpected(document.error());
  if (auto read = desk::read_draft(*document, document->root(), draft); !read) return std::unexpected(read.error());
  return draft;
}

std::string quotable(std::string_view value) {
  std::string text;
  for (const char c : value.substr(0, 64)) {
    const bool plain = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' || c == '_' || c == '.';
    text.push_back(plain ? c : '?');
  }
  return text;
}

Response no_session(std::string_view id, const Request& request) {
  return error_response({ErrorCode::session_not_found, "Session " + quotable(id) + " not found"}, request.request_id);
}

Response no_report(std::string_view id, const std::string& request_id) {
  return error_response({ErrorCode::not_found, "Report " + quotable(id) + " not found"}, request_id);
}

Response keeps_nothing(const std::string& request_id) {
  return error_response({ErrorCode::not_implemented, "This server keeps no reports: it was started without a store."},
                        request_id);
}

void add_page_route(Router& router, Services& services, Method method, std::string_view pattern, BodyRule body,
                    PageHandler handle, Access access) {
  router.add({.method = method,
              .pattern = pattern,
              .access = access,
              .body = body,
              .handler = [&services, handle = std::move(handle)](Request request, Reply reply) {
                handle(services, std::move(request), std::move(reply));
              }});
}

}  // namespace hazard::serve
