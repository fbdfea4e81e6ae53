// GET /demo/drive.jpg and /demo/drive.json: a frame of the simulated drive, and what is truly on it.
#include <array>
#include <utility>

#include "serve/routes.hpp"
#include "sim/drive.hpp"
#include "wire/client_message.hpp"
#include "wire/json_writer.hpp"

namespace hazard::serve {
namespace {

constexpr std::int64_t kFrameMax = 10'000'000;
constexpr std::int64_t kSeedMax = 1'000'000'000;

domain::Result<DemoRenderer::Ask> read_ask(const RequestHead& head) {
  const auto pairs = wire::parse_query(head.query);
  if (!pairs) return std::unexpected(pairs.error());
  std::int64_t frame = 0;
  std::int64_t seed = 1;
  std::int64_t width = 640;
  std::int64_t height = 360;
  struct Field {
    std::string_view name;
    std::int64_t* value;
    std::int64_t least;
    std::int64_t most;
  };
  for (const Field& field : {Field{"frame", &frame, 0, kFrameMax}, Field{"seed", &seed, 0, kSeedMax},
                             Field{"width", &width, 64, 1920}, Field{"height", &height, 64, 1080}}) {
    const std::string* text = find_pair(*pairs, field.name);
    if (text == nullptr) continue;
    const auto number = whole_number(field.name, *text, field.least, field.most);
    if (!number) return std::unexpected(number.error());
    *field.value = *number;
  }
  return DemoRenderer::Ask{.seed = static_cast<std::uint64_t>(seed),
                           .size = {static_cast<int>(width), static_cast<int>(height)},
                           .frame = static_cast<std::uint64_t>(frame)};
}

std::string truth_json(const sim::FrameTruth& truth, const DemoRenderer::Ask& ask) {
  constexpr std::array<std::string_view, 2> kClasses{"crack", "pothole"};
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().field("frame", truth.frame).field("seed", ask.seed);
  json.field("width", ask.size.width).field("height", ask.size.height);
  json.fixed_field("time_s", truth.time_s, 3).fixed_field("travelled_m", truth.travelled_m, 2);
  json.fixed_field("latitude", truth.latitude, 6).fixed_field("longitude", truth.longitude, 6);
  json.fixed_field("heading_deg", truth.heading_deg, 2).fixed_field("speed_mps", truth.speed_mps, 2);
  json.key("hazards").begin_array();
  for (const sim::HazardTruth& hazard : truth.hazards) {
    json.begin_object().field("id", hazard.id).field("class_id", hazard.class_id);
    json.field("class_name", kClasses[static_cast<std::size_t>(hazard.class_id) % kClasses.size()]);
    json.key("bbox").begin_array();
    for (const float side : {hazard.box.x1, hazard.box.y1, hazard.box.x2, hazard.box.y2})
      json.fixed(static_cast<double>(side), 1);
    json.end_array().fixed_field("distance_m", hazard.distance_m, 2).fixed_field("visible", hazard.visible, 2).end_object();
  }
  json.end_array().end_object();
  return text;
}

// Everything follows from the query, so a browser may keep it.
void let_cache(Response& response) {
  response.may_be_cached = true;
  response.headers.emplace_back("Cache-Control", "public, max-age=3600");
}

void picture(Services& services, const Request& request, Reply reply) {
  const auto ask = read_ask(request.head);
  if (!ask) return reply(error_response(ask.error(), request.request_id));
  const auto holder = std::make_shared<Reply>(std::move(reply));
  const auto asked = services.demo.render(*ask, [holder](DemoRenderer::Picture bytes) {
    Response response{.content_type = "image/jpeg", .payload = Payload::share(std::move(bytes))};
    let_cache(response);
    (*holder)(std::move(response));
  });
  if (!asked) (*holder)(error_response(asked.error(), request.request_id));
}

void truth(Services& services, const Request& request, Reply reply) {
  const auto ask = read_ask(request.head);
  if (!ask) return reply(error_response(ask.error(), request.request_id));
  const auto holder = std::make_shared<Reply>(std::move(reply));
  const auto asked = services.demo.truth(*ask, [holder, ask = *ask](const sim::FrameTruth& truth) {
    Response response = json_response(truth_json(truth, ask));
    let_cache(response);
    (*holder)(std::move(response));
  });
  if (!asked) (*holder)(error_response(asked.error(), request.request_id));
}

}  // namespace

void add_demo_routes(Router& router, Services& services) {
  router.add({.method = Method::get,
              .pattern = "/demo/drive.jpg",
              .access = Access::everyone,
              .body = {},
              .handler = [&services](const Request& request, Reply reply) { picture(services, request, std::move(reply)); }});
  router.add({.method = Method::get,
              .pattern = "/demo/drive.json",
              .access = Access::everyone,
              .body = {},
              .handler = [&services](const Request& request, Reply reply) { truth(services, request, std::move(reply)); }});
}

}  // namespace hazard::serve
