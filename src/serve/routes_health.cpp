// Health, readiness, statistics and the catalogue of errors: what probes and dashboards read. All public.
#include <utility>

#include "serve/routes.hpp"
#include "wire/rest_message.hpp"

namespace hazard::serve {

Response readiness_response(Services& services, std::string_view request_id) {
  const auto view = services.view();
  Response response = json_response(wire::readiness(view, services.streams.clock.wall(), request_id));
  if (!view.ready || view.closing) {
    response.status = 503;
    response.headers.emplace_back("Retry-After", "1");
  }
  return response;
}

void add_health_routes(Router& router, Services& services) {
  const auto add = [&router](std::string_view pattern, auto make) {
    router.add({.method = Method::get,
                .pattern = pattern,
                .access = Access::everyone,
                .body = {},
                .handler = [make](const Request& request, Reply reply) { reply(make(request)); }});
  };
  const auto now = [&services] { return services.streams.clock.wall(); };
  const auto model = [&services] { return services.registry.pipeline().model(); };
  const auto ready = [&services](const Request& request) { return readiness_response(services, request.request_id); };
  add("/health", [&services, model](const Request&) { return json_response(wire::health(services.view(), model().get())); });
  add("/api/v1/health", [](const Request&) { return json_response(R"({"status":"ok"})"); });
  add("/health/live", [](const Request&) { return json_response(R"({"status":"alive"})"); });
  add("/health/ready", ready);
  add("/ready", ready);
  add("/stream/health", [&services, model, now](const Request&) {
    return json_response(wire::stream_health(services.view(), model().get(), now()));
  });
  add("/stream/stats", [&services, model, now](const Request&) {
    return json_response(wire::stream_stats(services.view(), model().get(), now()));
  });
  add("/errors", [](const Request&) { return json_response(wire::errors_catalogue()); });
}

}  // namespace hazard::serve
