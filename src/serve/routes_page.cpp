// Sessions of installed pages and scripts: /session/*, /detect/{session_id} and their older spellings (legacy-clients 5.2, 10, 15).
#include <utility>

#include "domain/limits.hpp"
#include "serve/page_request.hpp"
#include "serve/page_summary.hpp"
#include "serve/picture_body.hpp"
#include "serve/server_timing.hpp"
#include "serve/single_pictures.hpp"
#include "wire/legacy_message.hpp"

namespace hazard::serve {
namespace {

using domain::Error;
using domain::ErrorCode;

constexpr BodyRule kSmallBody{.kind = BodyKind::json, .bytes_max = domain::kControlMessageBytesMax};

void start(Services& services, const Request& request, Reply reply) {
  const auto asked = wire::parse_session_start(request.body_text());
  if (!asked) return reply(error_response(asked.error(), request.request_id));
  const std::string id = services.desk->sessions().start(*asked, client_key_of(request));
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().field("session_id", id).field("confidence_threshold", asked->confidence_threshold);
  json.field("status", "created").field("message", "Session created").end_object();
  reply(json_response(std::move(text)));
}

// The order of checks is fixed by tests of the original: form, session, model, picture (legacy-clients section 2).
void detect(Services& services, Request request, Reply reply) {
  auto picture = take_picture(request, services.frame_bytes_max);
  if (!picture) return reply(error_response(picture.error(), request.request_id));
  const std::string& id = request.params[0];
  auto& sessions = services.desk->sessions();
  if (!sessions.takes_pictures(id)) return reply(no_session(id, request));
  if (!services.registry.pipeline().ready()) return reply(error_response(model_not_loaded(), request.request_id));

  const auto session = sessions.find(id);
  session::SinglePictureOptions options;
  if (session) options.confidence_threshold = static_cast<float>(session->confidence_threshold);
  desk::PageLook look{.session_id = id,
                      .client_key = client_key_of(request),
                      .frame_id = request.request_id,
                      .location = place_of(request),
                      .picture = std::make_shared<const domain::Bytes>(picture->bytes),
                      .detection_threshold = static_cast<double>(options.confidence_threshold)};
  look_at(services, std::move(picture->bytes), options,
          [&services, reply = std::move(reply), look = std::move(look), request_id = request.request_id,
           received_at = request.received_at](auto result, const auto& model) mutable {
            if (!result) return reply(error_response(result.error(), request_id));
            auto times = result->times;
            times.total = services.streams.clock.now() - received_at;
            wire::PageReply said{.session_id = {}, .at = services.streams.clock.wall()};
            said.processing_time_ms = base::to_ms(times.total);
            said.persistent = services.desk->keeps();
            const auto shared_reply = std::make_shared<Reply>(std::move(reply));
            const auto shared_result = std::make_shared<domain::FrameResult>(std::move(*result));
            services.desk->look(std::move(look), *shared_result, *model,
                                [said, shared_reply, shared_result, model, times,
                                 session_id = look.session_id](desk::PageFindings findings) mutable {
                                  said.session_id = session_id;
                                  said.report_ids = std::move(findings.report_ids);
                                  said.fresh = std::move(findings.fresh);
                                  said.stats = findings.stats;
                                  Response response = json_response(wire::page_reply(*shared_result, *model, said));
                                  response.headers.emplace_back(kServerTiming, server_timing(times));
                                  (*shared_reply)(std::move(response));
                                });
          });
}

// For G1b clients, whose detect has no session in its path.
void detect_without_session(Services&, const Request& request, Reply reply) {
  reply(error_response({ErrorCode::missing_file, "File field required: send it to /detect or /detect/{session_id}."},
                       request.request_id));
}

void end(Services& services, const Request& request, Reply reply) {
  const std::string& id = request.params[0];
  if (!services.desk->sessions().end(id)) return reply(no_session(id, request));
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().field("message", "Session ended").field("session_id", id).end_object();
  reply(json_response(std::move(text)));
}

desk::Desk::EraseDone answer_erased(Reply reply, const std::string& session_id, const std::string& request_id) {
  const auto shared = std::make_shared<Reply>(std::move(reply));
  return [shared, session_id, request_id](domain::Result<std::size_t> gone) {
    if (!gone) return (*shared)(error_response(gone.error(), request_id));
    std::string text;
    wire::JsonWriter json(text);
    json.begin_object().field("message", session_id.empty() ? "Client deleted" : "Session deleted");
    if (!session_id.empty()) json.field("session_id", session_id);
    json.field("reports_deleted", static_cast<std::uint64_t>(*gone)).end_object();
    (*shared)(json_response(std::move(text)));
  };
}

// Also of a stream, whose session is none of a page: then it is known by what it left.
void erase_session(Services& services, const Request& request, Reply reply) {
  const std::string& id = request.params[0];
  const bool known = services.desk->sessions().find(id).has_value();
  const auto shared = std::make_shared<Reply>(std::move(reply));
  auto unknown = std::make_shared<Response>(no_session(id, request));
  auto answer = [shared](Outcome outcome) { (*shared)(std::move(outcome)); };
  auto done = answer_erased(std::move(answer), id, request.request_id);
  services.desk->erase_session(id, [known, shared, unknown, done = std::move(done)](domain::Result<std::size_t> gone) {
    if (!known && gone && *gone == 0) return (*shared)(std::move(*unknown));
    done(std::move(gone));
  });
}

// The sender's own data, and nobody else's: the key is made from the request itself.
void erase_client(Services& services, const Request& request, Reply reply) {
  services.desk->erase_client(client_key_of(request), answer_erased(std::move(reply), {}, request.request_id));
}

void summary(Services& services, const Request& request, Reply reply) {
  const auto session = services.desk->sessions().find(request.params[0]);
  if (!session) return reply(no_session(request.params[0], request));
  reply(json_response(page_summary(*session, reports_of(*services.desk, *session), services.streams.clock.wall())));
}

void session_reports(Services& services, const Request& request, Reply reply) {
  const std::string& id = request.params[0];
  if (!desk::is_uuid(id))
    return reply(error_response({ErrorCode::invalid_value, "session_id must be a UUID"}, request.request_id));
  const auto session = services.desk->sessions().find(id);
  if (!session) return reply(no_session(id, request));
  reply(json_response(page_reports(reports_of(*services.desk, *session))));
}

void session_health(Services& services, const Request& request, Reply reply) {
  const auto session = services.desk->sessions().find(request.params[0]);
  if (!session) return reply(no_session(request.params[0], request));
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().field("session_id", session->id).field("report_count", static_cast<std::uint64_t>(session->reports.size()));
  json.field("has_summary", true).field("summary_count", session->detections);
  json.field("service_health", services.view().ready ? "healthy" : "starting").end_object();
  reply(json_response(std::move(text)));
}

void judge(Services& services, const Request& request, Reply reply, std::string_view status, std::string_view words) {
  const std::string session_id = request.params[0];
  const std::string report_id = request.params[1];
  if (!services.desk->sessions().find(session_id)) return reply(no_session(session_id, request));
  desk::ReportDraft draft;
  draft.status = std::string(status);
  const auto shared = std::make_shared<Reply>(std::move(reply));
  services.desk->change(report_id, session_id, draft,
                        [shared, report_id, id = request.request_id, message = std::string(words)](const auto& changed) {
                          if (!changed && changed.error().code == ErrorCode::not_found)
                            return (*shared)(no_report(report_id, id));
                          if (!changed) return (*shared)(error_response(changed.error(), id));
                          std::string text;
                          wire::JsonWriter json(text);
                          json.begin_object().field("message", message).field("report_id", report_id).end_object();
                          (*shared)(json_response(std::move(text)));
                        });
}

Response jpeg_response(domain::Bytes bytes) {
  Response response;
  response.content_type = "image/jpeg";
  response.payload = Payload::share(std::make_shared<const domain::Bytes>(std::move(bytes)));
  return response;
}

// `plot`: with the box drawn. The spelling without a session has the report alone.
void show_picture(Services& services, const Request& request, Reply reply, bool plot) {
  const bool with_session = request.params.size() > 1;
  if (with_session && !services.desk->sessions().find(request.params[0])) return reply(no_session(request.params[0], request));
  const std::string id = request.params.back();
  const auto report = services.desk->report(id);
  if (!report || (with_session && !services.desk->belongs(report->record, request.params[0])))
    return reply(no_report(id, request.request_id));
  const auto shared = std::make_shared<Reply>(std::move(reply));
  const auto answer = [shared, id, request_id = request.request_id](bool asked, std::optional<domain::Bytes> jpeg) {
    if (!asked) return (*shared)(error_response({ErrorCode::overloaded, "Too many pictures wait to be drawn."}, request_id));
    (*shared)(jpeg ? jpeg_response(std::move(*jpeg)) : no_report(id, request_id));
  };
  if (!plot) return answer(true, services.desk->picture(id));
  services.desk->plot(id, answer);
}

}  // namespace

void add_page_routes(Router& router, Services& services) {
  const auto add = [&](Method method, std::string_view pattern, BodyRule body, PageHandler handle, Access access) {
    add_page_route(router, services, method, pattern, body, std::move(handle), access);
  };
  const BodyRule picture{.kind = BodyKind::picture, .bytes_max = services.frame_bytes_max + domain::kControlMessageBytesMax};
  const auto confirm = [](Services& s, const Request& r, Reply reply) {
    judge(s, r, std::move(reply), "confirmed", "Report confirmed");
  };
  const auto dismiss = [](Services& s, const Request& r, Reply reply) {
    judge(s, r, std::move(reply), "dismissed", "Report dismissed");
  };
  const auto image = [](Services& s, const Request& r, Reply reply) { show_picture(s, r, std::move(reply), false); };
  const auto plot = [](Services& s, const Request& r, Reply reply) { show_picture(s, r, std::move(reply), true); };
  add(Method::post, "/session/start", kSmallBody, start, Access::detect);
  add(Method::post, "/detect/{session_id}", picture, detect, Access::detect);
  add(Method::post, "/detect/", picture, detect_without_session, Access::detect);
  add(Method::post, "/session/{session_id}/end", kSmallBody, end, Access::detect);
  add(Method::del, "/session/{session_id}", {}, erase_session, Access::detect);
  add(Method::del, "/client", {}, erase_client, Access::detect);
  add(Method::get, "/session/{session_id}/summary", {}, summary, Access::detect);
  add(Method::get, "/session/{session_id}/reports", {}, session_reports, Access::detect);
  add(Method::get, "/session/{session_id}/health", {}, session_health, Access::detect);
  add(Method::post, "/session/{session_id}/report/{report_id}/confirm", kSmallBody, confirm, Access::detect);
  add(Method::post, "/session/{session_id}/report/{report_id}/dismiss", kSmallBody, dismiss, Access::detect);
  add(Method::get, "/session/{session_id}/report/{report_id}/image", {}, image, Access::detect);
  add(Method::get, "/session/{session_id}/report/{report_id}/plot", {}, plot, Access::detect);
  add(Method::get, "/report/image/{report_id}", {}, image, Access::reports);
  add(Method::get, "/report/plot/{report_id}", {}, plot, Access::reports);
  // Spellings of older pages (legacy-clients section 15 row 2).
  add(Method::post, "/api/v1/session/start", kSmallBody, start, Access::detect);
  add(Method::post, "/api/v1/detect/{session_id}", picture, detect, Access::detect);
  add(Method::get, "/api/v1/session/{session_id}/summary", {}, summary, Access::detect);
}

}  // namespace hazard::serve
