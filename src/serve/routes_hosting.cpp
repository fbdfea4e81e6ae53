// Picture hosting of the Android app, kept here instead of at a hosting service, and drive uploads (legacy-clients section 9).
#include <algorithm>
#include <utility>

#include "base/ids.hpp"
#include "domain/limits.hpp"
#include "image/decoder.hpp"
#include "serve/drive_door.hpp"
#include "serve/gpx_check.hpp"
#include "serve/page_request.hpp"
#include "serve/picture_body.hpp"
#include "wire/json_reader.hpp"
#include "wire/legacy_message.hpp"

namespace hazard::serve {
namespace {

using domain::ErrorCode;

constexpr BodyRule kSmallBody{.kind = BodyKind::json, .bytes_max = domain::kControlMessageBytesMax};
constexpr std::size_t kDriveBytesMost = 64 * 1024 * 1024;

void host_picture(Services& services, Request request, Reply reply) {
  std::string_view name = "image";
  if (const auto parts = read_form(request)) {
    if (std::ranges::find(*parts, "image", &wire::Part::name) == parts->end()) name = "file";
  }
  auto picture = take_picture(request, services.frame_bytes_max, name);
  if (!picture) {
    Response response = error_response(picture.error(), request.request_id);
    if (picture.error().code == ErrorCode::not_an_image) response.status = 400;
    return reply(std::move(response));
  }
  const auto header = image::probe(picture->bytes);
  if (!header) return reply(error_response(header.error(), request.request_id));
  const std::string id = base::make_uuid();
  const auto shared = std::make_shared<Reply>(std::move(reply));
  // The address that the client used for us is where it finds the picture again.
  std::string url = "http://" + std::string(request.head.host) + "/hosted/" + id;
  services.desk->host(id, client_key_of(request), std::move(picture->bytes),
                      [shared, id, url = std::move(url), request_id = request.request_id](const domain::Result<void>& kept) {
                        if (!kept) return (*shared)(error_response(kept.error(), request_id));
                        std::string text;
                        wire::JsonWriter json(text);
                        json.begin_object().field("success", true).field("image_url", url).field("public_id", id).end_object();
                        (*shared)(json_response(std::move(text)));
                      });
}

void show_hosted(Services& services, const Request& request, Reply reply) {
  auto bytes = services.desk->picture(request.params[0]);
  const auto header = bytes ? image::probe(*bytes) : domain::refuse(ErrorCode::not_found, "");
  if (!bytes || !header)
    return reply(error_response({ErrorCode::not_found, "No picture is kept under this name."}, request.request_id));
  Response response;
  response.content_type = "image/" + std::string(image::to_string(header->format));
  response.payload = Payload::share(std::make_shared<const domain::Bytes>(std::move(*bytes)));
  reply(std::move(response));
}

void delete_hosted(Services& services, const Request& request, Reply reply) {
  const auto document = wire::JsonDocument::parse(request.body_text());
  if (!document) return reply(error_response(document.error(), request.request_id));
  const auto* node = document->find(document->root(), "public_id");
  if (node == nullptr || !node->is(wire::JsonKind::string))
    return reply(error_response({ErrorCode::invalid_value, "public_id must be a string"}, request.request_id));
  const std::string id(node->text);
  const auto shared = std::make_shared<Reply>(std::move(reply));
  services.desk->unhost(id, [shared, id, request_id = request.request_id](const domain::Result<void>& gone) {
    if (!gone) return (*shared)(error_response(gone.error(), request_id));
    std::string text;
    wire::JsonWriter json(text);
    json.begin_object().field("success", true).field("result", "ok").field("public_id", id).end_object();
    (*shared)(json_response(std::move(text)));
  });
}

std::string_view word_of(DriveState state) {
  switch (state) {
    case DriveState::queued: return "Queued";
    case DriveState::processing: return "Processing";
    case DriveState::done: return "Done";
    case DriveState::failed: return "Failed";
  }
  return "Failed";
}

std::string drive_object(const DriveStatus& drive) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().field("upload_id", drive.id).field("status", word_of(drive.state));
  json.field("created_at", wire::iso_time(drive.created_at, true)).field("pictures", drive.pictures).key("pictures_total");
  if (drive.pictures_total) {
    json.value(*drive.pictures_total);
  } else {
    json.null();
  }
  json.key("session_id");
  if (drive.session_id.empty()) {
    json.null();
  } else {
    json.value(drive.session_id);
  }
  json.field("hazards", drive.hazards).key("error");
  if (drive.error.empty()) {
    json.null();
  } else {
    json.value(drive.error);
  }
  json.end_object();
  return text;
}

// A bad track made phantom hazards at (0,0): it is checked before anything else (section 15 row 14).
void upload_drive(Services& services, const Request& request, Reply reply) {
  const auto parts = read_form(request);
  if (!parts) return reply(error_response(parts.error(), request.request_id));
  const auto track = std::ranges::find(*parts, "gpx_file", &wire::Part::name);
  if (track == parts->end() || !track->has_filename)
    return reply(error_response({ErrorCode::missing_file, "File field required: gpx_file"}, request.request_id));
  if (const auto points = read_gpx(track->content); !points) {
    Response response = error_response(points.error(), request.request_id);
    response.status = 400;
    return reply(std::move(response));
  }
  const auto video = std::ranges::find(*parts, "mp4_file", &wire::Part::name);
  if (video == parts->end() || !video->has_filename)
    return reply(error_response({ErrorCode::missing_file, "File field required: mp4_file"}, request.request_id));
  if (services.drives == nullptr || !services.drives->reads_video()) {
    return reply(
        error_response({ErrorCode::not_implemented,
                        "The track is good, but this server reads no video files: its machine has no ffmpeg. Send frames to "
                        "/stream/detection instead."},
                       request.request_id));
  }
  if (video->content.empty())
    return reply(error_response({ErrorCode::missing_file, "File field required: mp4_file is empty"}, request.request_id));
  const auto shared = std::make_shared<Reply>(std::move(reply));
  services.drives->take(std::string(video->content), std::string(track->content),
                        [shared, id = request.request_id](domain::Result<DriveStatus> taken) {
                          if (!taken) return (*shared)(error_response(taken.error(), id));
                          (*shared)(json_response(drive_object(*taken), 201));
                        });
}

void drive_status(Services& services, const Request& request, Reply reply) {
  const auto drive = services.drives == nullptr ? std::nullopt : services.drives->status(request.params[0]);
  if (drive) return reply(json_response(drive_object(*drive)));
  reply(error_response({ErrorCode::not_found, "Upload " + quotable(request.params[0]) + " not found"}, request.request_id));
}

}  // namespace

void add_hosting_routes(Router& router, Services& services) {
  const auto add = [&](Method method, std::string_view pattern, BodyRule body, PageHandler handle) {
    add_page_route(router, services, method, pattern, body, std::move(handle));
  };
  const BodyRule picture{.kind = BodyKind::picture, .bytes_max = services.frame_bytes_max + domain::kControlMessageBytesMax};
  const BodyRule drive{.kind = BodyKind::picture, .bytes_max = kDriveBytesMost};
  add(Method::post, "/upload-cloudinary", picture, host_picture);
  add(Method::get, "/hosted/{public_id}", {}, show_hosted);
  add(Method::post, "/delete-image", kSmallBody, delete_hosted);
  add(Method::post, "/api/uploads/", drive, upload_drive);
  add(Method::post, "/api/uploads", drive, upload_drive);
  add(Method::get, "/api/uploads/{upload_id}/status", {}, drive_status);
}

}  // namespace hazard::serve
