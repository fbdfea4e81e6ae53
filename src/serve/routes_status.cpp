// What older pages, dashboards and tests ask about the service: GET /status, which PUBLIC_METRICS may close, and its small
// neighbours, which are public. Nothing in them tells about the machine.
#include "desk/desk.hpp"
#include "serve/routes.hpp"
#include "wire/legacy_message.hpp"

namespace hazard::serve {

void add_status_routes(Router& router, Services& services) {
  const auto add = [&router](Method method, std::string_view pattern, auto make, Access access = Access::everyone) {
    router.add({.method = method,
                .pattern = pattern,
                .access = access,
                .body = {},
                .handler = [make](const Request& request, Reply reply) { reply(make(request)); }});
  };
  const auto now = [&services] { return services.streams.clock.wall(); };
  const auto keeps = [&services] { return services.desk != nullptr && services.desk->keeps(); };
  const auto model = [&services] { return services.registry.pipeline().model(); };
  const auto status = [&services, model](const Request& request) {
    wire::StatusFacts facts;
    if (services.desk != nullptr) facts.page_sessions = services.desk->sessions().alive();
    const auto colon = request.head.host.rfind(':');
    if (colon != std::string_view::npos && request.head.host.back() != ']') facts.port = request.head.host.substr(colon + 1);
    facts.confidence_threshold = services.registry.options().limits.stream.default_confidence;
    return json_response(wire::service_status(services.view(), model().get(), facts));
  };
  add(Method::get, "/status", status, Access::measures);
  add(Method::get, "/detect/ready",
      [&services](const Request& request) { return readiness_response(services, request.request_id); });
  add(Method::get, "/detect/health", [&services, now, keeps](const Request&) {
    return json_response(wire::small_health("detect", services.view(), keeps(), now()));
  });
  add(Method::get, "/report/health", [&services, now, keeps](const Request&) {
    return json_response(wire::small_health("report", services.view(), keeps(), now()));
  });
  add(Method::get, "/detect/model/info",
      [&services, model](const Request&) { return json_response(wire::model_status_object(services.view(), model().get())); });
}

}  // namespace hazard::serve
