// Reports that come as forms: POST /reports/upload in both spellings (legacy-clients section 6), POST /report and /report/create of the
// camelCase variant (section 10).
#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/ids.hpp"
#include "domain/limits.hpp"
#include "image/decoder.hpp"
#include "serve/page_request.hpp"
#include "serve/picture_body.hpp"
#include "wire/json_reader.hpp"
#include "wire/legacy_message.hpp"

namespace hazard::serve {
namespace {

using domain::Error;
using domain::ErrorCode;

constexpr std::size_t kPictureBytesMost = 10 * 1024 * 1024;

std::string field_of(const std::vector<wire::Part>& parts, std::string_view name) {
  const auto part = std::ranges::find(parts, name, &wire::Part::name);
  return part == parts.end() || part->has_filename ? std::string() : std::string(part->content);
}

// On this route a form's mistakes are 400, not 422 (section 6).
Response refused_400(const Error& error, const Request& request) {
  Response response = error_response(error, request.request_id);
  if (response.status == 422) response.status = 400;
  return response;
}

// A picture that no codec of ours can read is no picture.
domain::Result<domain::Bytes> read_picture(const std::vector<wire::Part>& parts) {
  const auto part = std::ranges::find(parts, "file", &wire::Part::name);
  if (part == parts.end())
    return domain::refuse(ErrorCode::missing_file, "File field required: the form has no part named file.");
  auto picture = picture_of(*part, kPictureBytesMost);
  if (!picture) return std::unexpected(picture.error());
  if (auto header = image::probe(picture->bytes); !header) return std::unexpected(header.error());
  return std::move(picture->bytes);
}

domain::Result<void> read_json_field(const std::string& text, bool is_detection, desk::ReportDraft& draft) {
  if (text.empty()) return {};
  // The original sends the detection itself, the page an object around a list of them: both as the same draft.
  const std::string wrapped = is_detection ? "{\"detection\":" + text + "}" : text;
  const auto document = wire::JsonDocument::parse(wrapped);
  if (!document) return std::unexpected(document.error());
  if (auto read = desk::read_draft(*document, document->root(), draft); !read) return read;
  if (!is_detection && draft.metadata.empty()) draft.metadata = text.substr(0, 16 * 1024);
  return {};
}

void upload(Services& services, const Request& request, Reply reply) {
  if (!services.desk->keeps()) return reply(keeps_nothing(request.request_id));
  const auto parts = read_form(request);
  if (!parts) return reply(error_response(parts.error(), request.request_id));
  auto picture = read_picture(*parts);
  if (!picture) {
    if (picture.error().code == ErrorCode::missing_file) return reply(error_response(picture.error(), request.request_id));
    return reply(refused_400(picture.error(), request));
  }
  desk::ReportDraft draft;
  draft.source = "upload";
  for (const std::string_view name : {"metadata", "detection_data"}) {
    const std::string text = field_of(*parts, name);
    if (auto read = read_json_field(text, name == "detection_data", draft); !read)
      return reply(refused_400(read.error(), request));
  }
  if (!draft.location) draft.location = place_of(request);
  const auto shared = std::make_shared<Reply>(std::move(reply));
  const auto answer = [shared, id = request.request_id](const auto& made) {
    (*shared)(made ? json_response(desk::report_object(*made)) : error_response(made.error(), id));
  };
  services.desk->create(std::move(draft), client_key_of(request), std::move(*picture), answer);
}

std::optional<double> number_of(const std::string& text) {
  double number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Response camel_answer(const desk::Report& made, bool with_file) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().field("id", made.record.id);
  if (!with_file) json.field("message", "Report created");
  json.key("cloudinaryUrl");
  if (made.body.image) {
    json.value("/report/image/" + made.record.id);
  } else {
    json.null();
  }
  json.end_object();
  return json_response(std::move(text));
}

// The camelCase variant: the report as form fields; answers {id, cloudinaryUrl} or {id, message}.
void camel(Services& services, const Request& request, Reply reply, bool with_file) {
  if (!services.desk->keeps()) return reply(keeps_nothing(request.request_id));
  const auto refused = [&](const Error& error) { reply(error_response(error, request.request_id)); };
  const auto parts = read_form(request);
  if (!parts) return refused(parts.error());
  domain::Bytes picture;
  if (with_file) {
    auto read = read_picture(*parts);
    if (!read) return refused({ErrorCode::not_an_image, read.error().message});
    picture = std::move(*read);
  }
  desk::ReportDraft draft;
  draft.source = "report";
  draft.session_id = field_of(*parts, "sessionId").substr(0, 64);
  draft.class_name = field_of(*parts, "className").substr(0, 64);
  draft.confidence = number_of(field_of(*parts, "confidence"));
  draft.location = place_of(request);
  if (const auto ts = number_of(field_of(*parts, "ts")); ts && std::abs(*ts) < 1e15)
    draft.created_ms = static_cast<std::int64_t>(*ts);
  if (draft.session_id.empty() || draft.class_name.empty() || !draft.confidence || *draft.confidence < 0 || *draft.confidence > 1)
    return refused({ErrorCode::invalid_value, "sessionId, className and confidence (0 to 1) are required"});
  const auto shared = std::make_shared<Reply>(std::move(reply));
  const auto answer = [shared, with_file, id = request.request_id](const auto& made) {
    (*shared)(made ? camel_answer(*made, with_file) : error_response(made.error(), id));
  };
  services.desk->create(std::move(draft), client_key_of(request), std::move(picture), answer);
}

}  // namespace

void add_upload_routes(Router& router, Services& services) {
  const BodyRule form{.kind = BodyKind::picture, .bytes_max = kPictureBytesMost + domain::kControlMessageBytesMax};
  const auto add = [&](Method method, std::string_view pattern, PageHandler handle) {
    add_page_route(router, services, method, pattern, form, std::move(handle));
  };
  const auto report = [](Services& s, const Request& r, Reply reply) { camel(s, r, std::move(reply), true); };
  const auto report_create = [](Services& s, const Request& r, Reply reply) { camel(s, r, std::move(reply), false); };
  add(Method::post, "/reports/upload", upload);
  add(Method::post, "/report", report);
  add(Method::post, "/report/", report);
  add(Method::post, "/report/create", report_create);
}

}  // namespace hazard::serve
