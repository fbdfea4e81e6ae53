// POST /auth/tickets: what a browser puts into the address of an event stream, a WebSocket or a picture instead of its key.
#include <optional>
#include <string>
#include <utility>

#include "serve/doorkeeper.hpp"
#include "serve/routes.hpp"
#include "wire/json_reader.hpp"
#include "wire/json_writer.hpp"

namespace hazard::serve {
namespace {

using domain::ErrorCode;
using domain::refuse;

constexpr std::size_t kBodyBytesMost = 4096;
constexpr std::size_t kPathBytesMost = 512;
constexpr std::size_t kSessionBytesMost = 128;

struct Asked {
  std::string path;
  std::string session_id;
};

domain::Result<Asked> read_asked(std::string_view body) {
  const auto document = wire::JsonDocument::parse(body);
  if (!document) return std::unexpected(document.error());
  const auto text = [&](std::string_view name, std::size_t most) -> domain::Result<std::string> {
    const auto* node = document->find(document->root(), name);
    if (node == nullptr || node->is(wire::JsonKind::null)) return std::string();
    if (!node->is(wire::JsonKind::string) || node->text.size() > most)
      return refuse(ErrorCode::invalid_value,
                    std::string(name) + " must be a string of at most " + std::to_string(most) + " bytes");
    return std::string(node->text);
  };
  auto path = text("route", kPathBytesMost);
  if (!path) return std::unexpected(path.error());
  if (!path->starts_with('/') || path->contains('?'))
    return refuse(ErrorCode::invalid_value,
                  "route must be the path that the ticket is for, such as /stream/detection, without a query");
  auto session_id = text("session_id", kSessionBytesMost);
  if (!session_id) return std::unexpected(session_id.error());
  return Asked{.path = std::move(*path), .session_id = std::move(*session_id)};
}

Response give_ticket(Services& services, const Request& request) {
  auto asked = read_asked(request.body_text());
  if (!asked) return error_response(asked.error(), request.request_id);
  const auto ticket = services.door.issue(request.head, std::move(asked->path), std::move(asked->session_id));
  if (!ticket) return error_response(ticket.error(), request.request_id);
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().field("ticket", *ticket).field("expires_in", TicketOffice::kLifetime.count()).end_object();
  return json_response(std::move(text));
}

}  // namespace

void add_auth_route(Router& router, Services& services) {
  router.add({.method = Method::post,
              .pattern = "/auth/tickets",
              .access = Access::any_key,
              .body = {.kind = BodyKind::json, .bytes_max = kBodyBytesMost},
              .handler = [&services](const Request& request, Reply reply) { reply(give_ticket(services, request)); }});
}

}  // namespace hazard::serve
