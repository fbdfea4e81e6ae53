// Fills the router: one function per family of routes, each in its own file. Called once at start; the handlers run on the I/O
// thread and use what Services points to, all of which outlives the server.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "serve/demo_renderer.hpp"
#include "serve/http_connection.hpp"
#include "serve/router.hpp"
#include "serve/stream_context.hpp"
#include "session/registry.hpp"
#include "session/single_picture.hpp"

namespace hazard::desk {
class Desk;
}
namespace hazard::outgoing {
class Delivery;
}

namespace hazard::serve {

class Doorkeeper;
class DriveDoor;

struct Services {
  session::Registry& registry;
  session::SinglePictureDoor& pictures;
  std::string version;
  std::function<std::string()> model_error;  // why the model is not ready; empty when it is or is still loading
  std::shared_ptr<EventLoop> loop;
  StreamContext& streams;
  const HttpMetrics& http;
  const OriginPolicy& origins;
  Doorkeeper& door;
  DemoRenderer& demo;
  std::size_t frame_bytes_max;
  outgoing::Delivery* delivery = nullptr;  // null: nobody is told of hazards
  desk::Desk* desk = nullptr;              // null: no sessions of pages, no reports
  DriveDoor* drives = nullptr;             // null: drives cannot be uploaded

  wire::ServiceView view() const;
};

// All of them and the page.
Router make_router(Services& services);

void add_websocket_route(Router& router, Services& services);  // routes_websocket.cpp
void add_auth_route(Router& router, Services& services);       // routes_auth.cpp
void add_event_routes(Router& router, Services& services);     // routes_events.cpp
void add_session_routes(Router& router, Services& services);   // routes_sessions.cpp
void add_process_route(Router& router, Services& services);    // routes_process.cpp
void add_detect_routes(Router& router, Services& services);    // routes_detect.cpp
void add_health_routes(Router& router, Services& services);    // routes_health.cpp
void add_metrics_route(Router& router, Services& services);    // routes_metrics.cpp
void add_demo_routes(Router& router, Services& services);      // routes_demo.cpp
void add_single_routes(Router& router, Services& services);    // routes_single.cpp
void add_status_routes(Router& router, Services& services);    // routes_status.cpp
void add_page_routes(Router& router, Services& services);      // routes_page.cpp; these only with a desk
void add_report_routes(Router& router, Services& services);    // routes_reports.cpp
void add_upload_routes(Router& router, Services& services);    // routes_report_uploads.cpp
void add_hazard_routes(Router& router, Services& services);    // routes_hazards.cpp
void add_review_routes(Router& router, Services& services);    // routes_review.cpp
void add_webhook_routes(Router& router, Services& services);   // routes_webhooks.cpp
void add_news_routes(Router& router, Services& services);      // routes_news.cpp
void add_hosting_routes(Router& router, Services& services);   // routes_hosting.cpp

// 200, or 503 with an error's members and Retry-After: what all spellings of readiness answer.
Response readiness_response(Services& services, std::string_view request_id);  // routes_health.cpp

// The first value of a query parameter, or nothing.
const std::string* find_pair(const std::vector<std::pair<std::string, std::string>>& pairs, std::string_view name) noexcept;

// A whole number within [least, most], or the refusal that names it.
domain::Result<std::int64_t> whole_number(std::string_view name, std::string_view text, std::int64_t least, std::int64_t most);

}  // namespace hazard::serve
