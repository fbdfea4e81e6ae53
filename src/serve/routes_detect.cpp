// POST /api/v1/detect and POST /detect: one picture, one answer, by the same scheduler, workers and frame path as a stream.
#include <utility>

#include "domain/limits.hpp"
#include "serve/picture_body.hpp"
#include "serve/routes.hpp"
#include "serve/server_timing.hpp"
#include "serve/single_pictures.hpp"
#include "wire/rest_message.hpp"

namespace hazard::serve {
namespace {

using domain::Error;
using domain::ErrorCode;

// The same refusal has another status on each of the two old routes (legacy-clients sections 5.1 and 5.3).
enum class Edition : std::uint8_t { v1, plain };

Response refusal(Edition edition, const Error& error, std::string_view request_id) {
  Response response = error_response(error, request_id);
  const bool about_the_picture = error.code == ErrorCode::unsupported_format || error.code == ErrorCode::undecodable_image ||
                                 error.code == ErrorCode::image_too_large || error.code == ErrorCode::bad_request;
  if (edition == Edition::v1 && about_the_picture) response.status = 422;
  if (edition == Edition::plain && error.code == ErrorCode::not_an_image) response.status = 400;
  return response;
}

void detect(Services& services, Edition edition, Request request, Reply reply) {
  auto picture = take_picture(request, services.frame_bytes_max);
  if (!picture) return reply(refusal(edition, picture.error(), request.request_id));
  if (!services.registry.pipeline().ready()) return reply(error_response(model_not_loaded(), request.request_id));
  session::SinglePictureOptions options;
  options.confidence_threshold = static_cast<float>(services.registry.options().limits.stream.default_confidence);
  look_at(services, std::move(picture->bytes), options,
          [&services, edition, reply = std::move(reply), id = request.request_id, filename = std::move(picture->filename),
           received_at = request.received_at](auto result, const auto& model) mutable {
            if (!result) return reply(refusal(edition, result.error(), id));
            auto times = result->times;
            times.total = services.streams.clock.now() - received_at;
            Response response =
                json_response(edition == Edition::v1 ? wire::v1_detect(filename, *result, *model)
                                                     : wire::detect_reply(*result, *model, base::to_ms(times.total)));
            response.headers.emplace_back(kServerTiming, server_timing(times));
            reply(std::move(response));
          });
}

}  // namespace

void add_detect_routes(Router& router, Services& services) {
  const auto add = [&](std::string_view pattern, Edition edition) {
    router.add({.method = Method::post,
                .pattern = pattern,
                .access = Access::detect,
                // The picture and the form around it.
                .body = {.kind = BodyKind::picture, .bytes_max = services.frame_bytes_max + domain::kControlMessageBytesMax},
                .handler = [&services, edition](Request request, Reply reply) {
                  detect(services, edition, std::move(request), std::move(reply));
                }});
  };
  add("/api/v1/detect", Edition::v1);
  add("/detect", Edition::plain);
}

}  // namespace hazard::serve
