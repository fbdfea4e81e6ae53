// GET /stream/events/{id}: the event stream of a session, live or from a given event on.
#include <charconv>
#include <utility>

#include "serve/routes.hpp"
#include "serve/sse_stream.hpp"
#include "wire/client_message.hpp"

namespace hazard::serve {
namespace {

// The header is what browsers send when they reconnect; it wins over the query, which is older by then. A value that is no event
// number of ours is as good as none.
domain::Result<std::optional<std::uint64_t>> last_event(const RequestHead& head) {
  const auto pairs = wire::parse_query(head.query);
  if (!pairs) return std::unexpected(pairs.error());
  const std::string* asked = find_pair(*pairs, "last_event_id");
  std::string_view text = asked == nullptr ? std::string_view{} : *asked;
  if (const auto header = head.find("last-event-id"); header && !header->empty()) text = *header;
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || failure != std::errc{} || end != text.data() + text.size()) return std::optional<std::uint64_t>{};
  return std::optional(number);
}

}  // namespace

void add_event_routes(Router& router, Services& services) {
  router.add({.method = Method::get,
              .pattern = "/stream/events/{client_id}",
              .access = Access::stream,
              .body = {},
              .handler =
                  [&services](const Request& request, Reply reply) {
                    auto session = services.registry.find(request.params[0]);
                    if (!session) {
                      return reply(
                          error_response({domain::ErrorCode::session_not_found, "Session not found."}, request.request_id));
                    }
                    auto from = last_event(request.head);
                    if (!from) return reply(error_response(from.error(), request.request_id));
                    if (request.head.method == Method::head)
                      return reply(Response{.content_type = "text/event-stream; charset=utf-8"});
                    EventOpening opening{.request_id = request.request_id,
                                         .cors_lines = services.origins.cors_lines(request.head),
                                         .last_event = *from,
                                         .minor_version = request.head.minor_version};
                    reply([&services, session = std::move(session), opening = std::move(opening)](TakenSocket socket) mutable {
                      start_sse_stream(services.streams, std::move(session), opening, std::move(socket));
                    });
                  },
              .checks_origin = true});
}

}  // namespace hazard::serve
