// How the receivers of hazard events are doing, what waits for them or was given up, and sending dead letters again. For the
// administrator only: beyond loopback these routes are closed.
#include <limits>
#include <utility>

#include "outgoing/delivery.hpp"
#include "serve/page_request.hpp"
#include "serve/report_filter.hpp"
#include "wire/client_message.hpp"
#include "wire/legacy_message.hpp"

namespace hazard::serve {
namespace {

using domain::ErrorCode;

void write_time(wire::JsonWriter& json, std::string_view name, const std::optional<base::WallTime>& time) {
  json.key(name);
  if (time) {
    json.value(wire::iso_time(*time, true));
  } else {
    json.null();
  }
}

void targets(Services& services, const Request&, Reply reply) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().key("targets").begin_array();
  for (const auto& state : services.delivery->states()) {
    json.begin_object().field("target", state.target.key).field("form", outgoing::to_string(state.target.form));
    json.field("to", state.target.shown).field("waiting", state.waiting).field("dead", state.dead);
    json.field("with_receipt", state.receipts).field("delivered", state.delivered).field("failed", state.failed);
    json.field("failures_in_a_row", state.failures).field("last_error", state.last_error);
    write_time(json, "last_error_at", state.last_error_at);
    write_time(json, "last_delivered_at", state.last_delivered_at);
    write_time(json, "paused_until", state.paused_until);
    json.end_object();
  }
  json.end_array().end_object();
  reply(json_response(std::move(text)));
}

std::string message_object(const store::OutboxRecord& record) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().field("number", record.number).field("event_id", record.event_id).field("target", record.target);
  json.field("type", record.type).field("hazard_id", record.hazard_id).field("state", store::to_string(record.state));
  json.field("created_at", wire::iso_time(record.created_at, true)).field("attempts", record.attempts);
  json.field("status", record.status).field("error", record.error).field("receipt", record.receipt);
  const bool waits = record.state == store::OutboxState::waiting;
  write_time(json, "due_at", waits ? std::optional(record.due_at) : std::nullopt);
  write_time(json, "ended_at", record.ended_at);
  json.end_object();
  return text;
}

domain::Result<store::OutboxFilter> read_outbox_filter(const wire::QueryPairs& pairs) {
  store::OutboxFilter filter;
  std::int64_t page = 1;
  for (const auto& [name, value] : pairs) {
    if (name == "state") {
      const auto state = store::outbox_state_from(value);
      if (!state) return domain::refuse(ErrorCode::invalid_value, "state must be waiting, dead or delivered");
      filter.state = *state;
    } else if (name == "target") {
      filter.target = value;
    } else if (name == "page" || name == "limit") {
      const auto number = whole_number(name, value, 1, name == "page" ? 1'000'000 : 100);
      if (!number) return std::unexpected(number.error());
      (name == "page" ? page : filter.limit) = *number;
    }
  }
  filter.offset = (page - 1) * filter.limit;
  return filter;
}

void messages(Services& services, const Request& request, Reply reply) {
  const auto pairs = wire::parse_query(request.head.query);
  if (!pairs) return reply(error_response(pairs.error(), request.request_id));
  const auto filter = read_outbox_filter(*pairs);
  if (!filter) return reply(error_response(filter.error(), request.request_id));
  const auto page = services.delivery->reads().outbox(*filter);
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().key("messages").begin_array();
  for (const auto& record : page.items) json.raw(message_object(record));
  json.end_array().key("pagination").raw(pagination_object(filter->offset, filter->limit, page.total));
  json.field("total_count", page.total).end_object();
  reply(json_response(std::move(text)));
}

void send_again(Services& services, const Request& request, Reply reply) {
  const auto number = whole_number("number", request.params[0], 1, std::numeric_limits<std::int64_t>::max());
  if (!number)
    return reply(
        error_response({ErrorCode::not_found, "Message " + quotable(request.params[0]) + " not found"}, request.request_id));
  const auto shared = std::make_shared<Reply>(std::move(reply));
  services.delivery->send_again(*number, [shared, id = request.request_id](domain::Result<store::OutboxRecord> outcome) {
    if (!outcome) return (*shared)(error_response(outcome.error(), id));
    (*shared)(json_response(message_object(*outcome), 202));
  });
}

void send_all_again(Services& services, const Request& request, Reply reply) {
  const auto shared = std::make_shared<Reply>(std::move(reply));
  services.delivery->send_all_again([shared, id = request.request_id](domain::Result<std::int64_t> outcome) {
    if (!outcome) return (*shared)(error_response(outcome.error(), id));
    std::string text;
    wire::JsonWriter json(text);
    json.begin_object().field("waiting_again", *outcome).end_object();
    (*shared)(json_response(std::move(text), 202));
  });
}

}  // namespace

void add_webhook_routes(Router& router, Services& services) {
  const auto add = [&](Method method, std::string_view pattern, PageHandler handle) {
    const auto guarded = [handle = std::move(handle)](Services& s, Request request, Reply reply) {
      if (s.delivery == nullptr) return reply(keeps_nothing(request.request_id));
      handle(s, std::move(request), std::move(reply));
    };
    add_page_route(router, services, method, pattern, {}, guarded, Access::admin);
  };
  add(Method::get, "/api/v1/webhooks", targets);
  add(Method::get, "/api/v1/webhooks/messages", messages);
  add(Method::post, "/api/v1/webhooks/messages/retry", send_all_again);
  add(Method::post, "/api/v1/webhooks/messages/{number}/retry", send_again);
}

}  // namespace hazard::serve
