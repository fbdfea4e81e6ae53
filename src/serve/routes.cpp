#include "serve/routes.hpp"

#include <fmt/format.h>

#include <charconv>

#include "serve/static_files.hpp"
#include "wire/json_writer.hpp"

namespace hazard::serve {
namespace {

// What GET / answers to programs (legacy-clients section 3).
std::string greeting_json(const std::string& version) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().field("status", "ok").field("service", "hazardstream").field("version", version);
  json.field("message", "API is running");
  json.key("endpoints").begin_array();
  for (const char* path : {"/health", "/status", "/session/start", "/detect", "/detect-base64", "/detect-batch", "/api/v1/detect",
                           "/predict", "/reports", "/events", "/stream/detection", "/stream/sessions", "/metrics", "/errors"}) {
    json.value(path);
  }
  json.end_array().end_object();
  return text;
}

}  // namespace

Router make_router(Services& services) {
  Router router;
  add_websocket_route(router, services);
  add_auth_route(router, services);
  add_event_routes(router, services);
  add_session_routes(router, services);
  add_process_route(router, services);
  add_detect_routes(router, services);
  add_health_routes(router, services);
  add_metrics_route(router, services);
  add_demo_routes(router, services);
  add_single_routes(router, services);
  add_status_routes(router, services);
  if (services.desk != nullptr) {
    add_page_routes(router, services);
    add_report_routes(router, services);
    add_upload_routes(router, services);
    add_hazard_routes(router, services);
    add_review_routes(router, services);
    add_webhook_routes(router, services);
    add_news_routes(router, services);
    add_hosting_routes(router, services);
  }
  add_static_routes(router, embedded_web(), greeting_json(services.version));
  return router;
}

wire::ServiceView Services::view() const {
  wire::ServiceView service = registry.service();
  service.version = version;
  if (!service.ready && model_error) service.model_error = model_error();
  return service;
}

const std::string* find_pair(const std::vector<std::pair<std::string, std::string>>& pairs, std::string_view name) noexcept {
  for (const auto& [key, value] : pairs) {
    if (key == name) return &value;
  }
  return nullptr;
}

domain::Result<std::int64_t> whole_number(std::string_view name, std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size() || number < least || number > most) {
    return domain::refuse(domain::ErrorCode::invalid_value,
                          fmt::format("{} must be a whole number from {} to {}", name, least, most));
  }
  return number;
}

}  // namespace hazard::serve
