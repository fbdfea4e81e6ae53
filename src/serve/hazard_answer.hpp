// What the routes of hazards answer with in common: an object, its ETag, and refusals of a review. Pure; any thread.
#pragma once

#include <string>

#include "report/review.hpp"
#include "serve/http_message.hpp"

namespace hazard::serve {

std::string etag_of(std::int64_t version);
std::string hazard_object(const domain::Hazard& hazard);

// 404 for an id that the request's path names.
Response no_hazard(const Request& request);

// The code of a refusal: not_found, version_mismatch, state_conflict or invalid_value.
domain::ErrorCode code_of(report::Refusal::Kind kind) noexcept;

// With the current ETag where the version was an old one.
Response refused_review(const report::Refusal& refusal, const std::string& request_id);

}  // namespace hazard::serve
