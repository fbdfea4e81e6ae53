// /stream/sessions: sessions that speak REST and listen to event streams.
#include <utility>

#include "desk/desk.hpp"
#include "domain/limits.hpp"
#include "serve/page_request.hpp"
#include "serve/routes.hpp"
#include "wire/client_message.hpp"
#include "wire/rest_message.hpp"

namespace hazard::serve {
namespace {

using domain::ErrorCode;
using session::Session;

constexpr BodyRule kConfigBody{.kind = BodyKind::json, .bytes_max = domain::kControlMessageBytesMax};

Response not_found(const Request& request) {
  return error_response({ErrorCode::session_not_found, "Session not found."}, request.request_id);
}

Response started(const Session& session, bool resumed, std::string_view token) {
  const auto grace = session.limits().resume_grace;
  return json_response(wire::session_started(
      session.view(), {.resumed = resumed, .resume_token = token, .resume_grace_ms = static_cast<int>(base::to_ms(grace))}));
}

Response create(Services& services, const Request& request) {
  const auto refused = [&](const domain::Error& error) { return error_response(error, request.request_id); };
  const auto pairs = wire::parse_query(request.head.query);
  if (!pairs) return refused(pairs.error());
  std::optional<std::string> id;
  if (const std::string* asked = find_pair(*pairs, "session_id")) {
    if (!wire::is_session_id(*asked)) return refused({ErrorCode::invalid_value, "session_id must be 1 to 64 of A-Z a-z 0-9 _ -"});
    id = *asked;
  }
  const auto patch = wire::parse_config_body(request.body_text());
  if (!patch) return refused(patch.error());
  if (const std::string* token = find_pair(*pairs, "resume")) {
    // The body is checked and not applied: the session goes on as it was, and PATCH is there to change it.
    if (const auto checked = services.registry.check(*patch); !checked) return refused(checked.error());
    const auto resumed = services.registry.resume(session::Transport::sse, id.value_or(""), *token);
    if (!resumed) return refused(resumed.error());
    note_owner(services, *resumed->session, request);
    return started(*resumed->session, true, resumed->claim.token);
  }
  const auto session = services.registry.open(session::Transport::sse, std::move(id), *patch);
  if (!session) return refused(session.error());
  note_owner(services, **session, request);
  return started(**session, false, (*session)->issue_token());
}

Response update(Services& services, const Request& request) {
  const auto session = services.registry.find(request.params[0]);
  if (!session) return not_found(request);
  const auto patch = wire::parse_config_body(request.body_text());
  if (!patch) return error_response(patch.error(), request.request_id);
  if (const auto config = session->update(*patch); !config) return error_response(config.error(), request.request_id);
  return json_response(wire::config_patched(session->view(), services.streams.clock.wall()));
}

Response list(Services& services) {
  std::vector<wire::SessionView> views;
  for (const auto& session : services.registry.all()) views.push_back(session->view());
  return json_response(wire::session_list(views));
}

Response show(Services& services, const Request& request) {
  const auto session = services.registry.find(request.params[0]);
  return session ? json_response(wire::session_stats(session->view())) : not_found(request);
}

Response end(Services& services, const Request& request) {
  if (!services.registry.close(request.params[0], session::EndReason::closed_by_client)) return not_found(request);
  return json_response(wire::session_deleted(request.params[0], services.streams.clock.wall()));
}

}  // namespace

void add_session_routes(Router& router, Services& services) {
  const auto add = [&router](Method method, std::string_view pattern, Access access, BodyRule body, auto make) {
    router.add({.method = method,
                .pattern = pattern,
                .access = access,
                .body = body,
                .handler = [make](const Request& request, Reply reply) { reply(make(request)); }});
  };
  add(Method::post, "/stream/sessions", Access::stream, kConfigBody,
      [&services](const Request& r) { return create(services, r); });
  add(Method::get, "/stream/sessions", Access::admin, {}, [&services](const Request&) { return list(services); });
  add(Method::get, "/stream/sessions/{client_id}", Access::stream, {},
      [&services](const Request& r) { return show(services, r); });
  add(Method::get, "/stream/sessions/{client_id}/stats", Access::stream, {},
      [&services](const Request& r) { return show(services, r); });
  add(Method::patch, "/stream/sessions/{client_id}/config", Access::stream, kConfigBody,
      [&services](const Request& r) { return update(services, r); });
  add(Method::del, "/stream/sessions/{client_id}", Access::stream, {},
      [&services](const Request& r) { return end(services, r); });
}

}  // namespace hazard::serve
