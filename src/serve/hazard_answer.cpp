#include "serve/hazard_answer.hpp"

#include "serve/page_request.hpp"
#include "wire/hazard_json.hpp"
#include "wire/json_writer.hpp"

namespace hazard::serve {

using domain::ErrorCode;

std::string etag_of(std::int64_t version) { return "\"" + std::to_string(version) + "\""; }

std::string hazard_object(const domain::Hazard& hazard) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object();
  wire::write_hazard(json, hazard);
  json.end_object();
  return text;
}

Response no_hazard(const Request& request) {
  return error_response({ErrorCode::not_found, "Hazard " + quotable(request.params[0]) + " not found"}, request.request_id);
}

domain::ErrorCode code_of(report::Refusal::Kind kind) noexcept {
  using Kind = report::Refusal::Kind;
  switch (kind) {
    case Kind::not_found: return ErrorCode::not_found;
    case Kind::version_mismatch: return ErrorCode::version_mismatch;
    case Kind::not_allowed: return ErrorCode::state_conflict;
    case Kind::invalid: return ErrorCode::invalid_value;
  }
  return ErrorCode::invalid_value;
}

Response refused_review(const report::Refusal& refusal, const std::string& request_id) {
  Response response = error_response({code_of(refusal.kind), refusal.message}, request_id);
  if (refusal.kind == report::Refusal::Kind::version_mismatch)
    response.headers.emplace_back("ETag", etag_of(refusal.current_version));
  return response;
}

}  // namespace hazard::serve
