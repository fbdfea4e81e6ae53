// GET /events, its older spelling and its counts: the news of reports as an event stream.
#include <charconv>
#include <utility>

#include "serve/news_stream.hpp"
#include "serve/page_request.hpp"
#include "wire/client_message.hpp"

namespace hazard::serve {
namespace {

// The header wins, as on the other event stream; what is no number of ours is as good as none.
std::optional<std::uint64_t> last_event(const RequestHead& head) {
  std::string text(head.get("last-event-id"));
  if (text.empty()) {
    const auto pairs = wire::parse_query(head.query);
    const std::string* asked = pairs ? find_pair(*pairs, "last_event_id") : nullptr;
    if (asked != nullptr) text = *asked;
  }
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void events(Services& services, const Request& request, Reply reply) {
  if (request.head.method == Method::head) return reply(Response{.content_type = "text/event-stream; charset=utf-8"});
  EventOpening opening{.request_id = request.request_id,
                       .cors_lines = services.origins.cors_lines(request.head),
                       .last_event = last_event(request.head),
                       .minor_version = request.head.minor_version};
  reply([&services, opening = std::move(opening)](TakenSocket socket) mutable {
    start_news_stream(services.streams, services.desk->news(), opening, std::move(socket));
  });
}

void stats(Services& services, const Request&, Reply reply) {
  const auto& news = services.desk->news();
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().key("sse_stats").begin_object().field("active_clients", static_cast<std::uint64_t>(news.listeners()));
  json.field("total_connections", news.listeners_ever()).field("cleanup_task_running", true).end_object().end_object();
  reply(json_response(std::move(text)));
}

}  // namespace

void add_news_routes(Router& router, Services& services) {
  const auto add = [&](Method method, std::string_view pattern, PageHandler handle, bool checks_origin) {
    router.add({.method = method,
                .pattern = pattern,
                .access = Access::reports,
                .body = {},
                .handler = [&services, handle = std::move(handle)](
                               Request request, Reply reply) { handle(services, std::move(request), std::move(reply)); },
                .checks_origin = checks_origin});
  };
  add(Method::get, "/events", events, true);
  add(Method::get, "/api/events/stream", events, true);
  add(Method::get, "/events/stats", stats, false);
}

}  // namespace hazard::serve
