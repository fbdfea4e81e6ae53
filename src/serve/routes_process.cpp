// POST /stream/process/{id}: one frame for a session whose verdicts are read elsewhere, or here with ?wait=MS.
#include <charconv>
#include <cmath>
#include <utility>

#include "desk/desk.hpp"
#include "domain/limits.hpp"
#include "image/decoder.hpp"
#include "serve/page_request.hpp"
#include "serve/picture_body.hpp"
#include "serve/routes.hpp"
#include "serve/server_timing.hpp"
#include "serve/verdict_waiter.hpp"
#include "wire/client_message.hpp"
#include "wire/rest_message.hpp"

namespace hazard::serve {
namespace {

using domain::ErrorCode;
using session::Session;

constexpr std::int64_t kWaitMsMax = 25'000;  // below the connection's own deadline for handlers

// What the headers say about a picture that came as it is.
domain::Result<void> read_headers(const RequestHead& head, domain::EncodedFrame& frame) {
  if (const auto id = head.find("x-frame-id")) {
    if (id->size() > domain::kFrameIdBytesMax) return domain::refuse(ErrorCode::invalid_value, "X-Frame-Id is too long");
    frame.frame_id = *id;
  }
  if (const auto text = head.find("x-capture-time")) {
    double seconds = 0;
    const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), seconds);
    if (failure != std::errc{} || end != text->data() + text->size() || !std::isfinite(seconds)) {
      return domain::refuse(ErrorCode::invalid_value, "X-Capture-Time must be seconds since the epoch");
    }
    frame.timestamp = seconds;
  }
  if (const auto text = head.find("x-location")) {
    const auto location = wire::parse_location_header(*text);
    if (!location) return std::unexpected(location.error());
    frame.location = *location;
  }
  return {};
}

// What a body may be, by its declared type. Undeclared: types under which programs send both JSON and pictures; the bytes decide.
enum class Declared : std::uint8_t { picture, form, text, undeclared, foreign };

Declared declared_by(std::string_view content_type) {
  if (is_image_type(content_type)) return Declared::picture;
  if (is_multipart_type(content_type)) return Declared::form;
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  const auto is = [type](std::string_view name) { return equals_ignoring_case(type, name); };
  if (type.empty() || is("application/octet-stream") || is("application/x-www-form-urlencoded")) return Declared::undeclared;
  const bool text = type.size() > 5 && equals_ignoring_case(type.substr(0, 5), "text/");
  const bool json = type.size() > 5 && equals_ignoring_case(type.substr(type.size() - 5), "+json");
  return text || json || is("application/json") ? Declared::text : Declared::foreign;
}

std::expected<wire::FrameMessage, wire::Refused> read_frame(Request& request, std::size_t frame_bytes_max) {
  wire::FrameMessage message;
  const auto refused = [&message](const domain::Error& error) {
    return std::unexpected(wire::Refused{.error = error, .is_frame = true, .frame_id = message.frame.frame_id});
  };
  Declared declared = declared_by(request.head.get("content-type"));
  if (declared == Declared::foreign) {
    return refused(
        {ErrorCode::unsupported_media_type, "A frame is JSON, a picture or a multipart form, not of that content type."});
  }
  if (declared == Declared::undeclared && image::format_of(request.body)) declared = Declared::picture;
  if (declared == Declared::text || declared == Declared::undeclared)
    return wire::parse_process_body(request.body_text(), frame_bytes_max);
  if (auto read = read_headers(request.head, message.frame); !read) return refused(read.error());
  auto picture = declared == Declared::form ? take_picture(request, frame_bytes_max) : take_body(request, frame_bytes_max);
  if (!picture) return refused(picture.error());
  if (picture->bytes.empty()) return refused({ErrorCode::missing_image, "The picture has no bytes"});
  message.frame.buffer = std::move(picture->bytes);
  return message;
}

ErrorCode code_of(domain::DropReason reason) noexcept {
  switch (reason) {
    case domain::DropReason::over_rate: return ErrorCode::over_rate;
    case domain::DropReason::superseded: return ErrorCode::superseded;
    case domain::DropReason::stale: return ErrorCode::stale;
    case domain::DropReason::queue_full: return ErrorCode::queue_full;
    case domain::DropReason::overloaded: return ErrorCode::overloaded;
    case domain::DropReason::session_closed: return ErrorCode::session_closed;
  }
  return ErrorCode::internal;
}

domain::Result<std::int64_t> read_wait(const RequestHead& head) {
  const auto pairs = wire::parse_query(head.query);
  if (!pairs) return std::unexpected(pairs.error());
  const std::string* text = find_pair(*pairs, "wait");
  return text == nullptr ? domain::Result<std::int64_t>(0) : whole_number("wait", *text, 0, kWaitMsMax);
}

// An answer that may be the frame's own verdict: then its times stand in the head too.
Response answer_with(std::string json) {
  Response response = json_response(std::move(json));
  if (auto timing = server_timing_of(response.payload.bytes()); !timing.empty())
    response.headers.emplace_back(kServerTiming, std::move(timing));
  return response;
}

Reply with_timing(Reply reply) {
  return [reply = std::move(reply)](Outcome outcome) mutable {
    if (auto* response = std::get_if<Response>(&outcome); response != nullptr && response->status == 200)
      return reply(answer_with(std::string(response->payload.bytes())));
    reply(std::move(outcome));
  };
}

void process(Services& services, Request request, Reply reply) {
  const auto session = services.registry.find(request.params[0]);
  if (!session) return reply(error_response({ErrorCode::session_not_found, "Session not found."}, request.request_id));
  auto message = read_frame(request, services.frame_bytes_max);
  const auto wait_ms = read_wait(request.head);
  // The frame came, though nobody can say how long to wait for it: it is counted and has its verdict.
  if (message && !wait_ms) {
    message = std::unexpected(
        wire::Refused{.error = wait_ms.error(), .is_frame = true, .frame_id = std::move(message->frame.frame_id)});
  }
  if (!message) {
    if (message.error().is_frame) session->refuse(message.error(), request.received_at);
    return reply(error_response(message.error().error, request.request_id));
  }
  const auto waiter = std::make_shared<VerdictWaiter>(services.loop, services.streams.connections, session);
  if (!session->attach(waiter)) {
    return reply(error_response({ErrorCode::session_not_found, "Session not found."}, request.request_id));
  }
  // Nobody knows whose streams those of before a restart are, until they send again.
  if (services.desk != nullptr && !services.desk->has_owner(session->id(), session->life()))
    note_owner(services, *session, request);
  const Session::Accepted accepted = session->offer(std::move(*message), request.received_at);
  const auto verdict = waiter->offered(accepted.seq);
  const auto now = services.streams.clock.wall();
  if (verdict && verdict->drop) {
    session->detach(waiter.get());
    return reply(error_response(
        {code_of(*verdict->drop), "The frame was refused at once: " + std::string(to_string(*verdict->drop)) + "."},
        request.request_id));
  }
  std::string queued = wire::frame_queued(session->id(), accepted.frame_id, accepted.seq, now);
  if (*wait_ms == 0 || verdict) {
    session->detach(waiter.get());
    return reply(answer_with(*wait_ms != 0 ? *verdict->json : std::move(queued)));
  }
  waiter->answer_later(with_timing(std::move(reply)), std::move(queued),
                       std::chrono::steady_clock::now() + std::chrono::milliseconds(*wait_ms));
}

}  // namespace

void add_process_route(Router& router, Services& services) {
  router.add({.method = Method::post,
              .pattern = "/stream/process/{client_id}",
              .access = Access::stream,
              .body = {.kind = BodyKind::picture, .bytes_max = domain::text_message_bytes_max(services.frame_bytes_max)},
              .handler = [&services](Request request, Reply reply) { process(services, std::move(request), std::move(reply)); }});
}

}  // namespace hazard::serve
