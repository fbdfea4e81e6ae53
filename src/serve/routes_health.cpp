// Health, readiness, statistics and the catalogue of errors: what probes and dashboards read. All public.
#include <utility>

#include "serve/routes.hpp"
#include "wire/rest_message.hpp"

namespace hazard::serve {
namespace {

Response ready(Services& services) {
  const auto view = services.view();
  Response response = json_response(wire::readiness(view, services.streams.clock.wall()));
  if (!view.ready || view.closing) {
    response.status = 503;
    response.headers.emplace_back("Retry-After", "1");
  }
  return response;
}

}  // namespace

void add_health_routes(Router& router, Services& services) {
  const auto add = [&router](std::string_view pattern, auto make) {
    router.add({.method = Method::get,
                .pattern = pattern,
                .access = Access::everyone,
                .body = {},
                .handler = [make](const Request&, Reply reply) { reply(make()); }});
  };
  const auto now = [&services] { return services.streams.clock.wall(); };
  const auto model = [&services] { return services.registry.pipeline().model(); };
  add("/health", [&services, model] { return json_response(wire::health(services.view(), model().get())); });
  add("/api/v1/health", [] { return json_response(R"({"status":"ok"})"); });
  add("/health/live", [] { return json_response(R"({"status":"alive"})"); });
  add("/health/ready", [&services] { return ready(services); });
  add("/ready", [&services] { return ready(services); });
  add("/stream/health",
      [&services, model, now] { return json_response(wire::stream_health(services.view(), model().get(), now())); });
  add("/stream/stats",
      [&services, model, now] { return json_response(wire::stream_stats(services.view(), model().get(), now())); });
  add("/errors", [] { return json_response(wire::errors_catalogue()); });
}

}  // namespace hazard::serve
