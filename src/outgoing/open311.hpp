// A confirmed hazard as a service request of Open311 GeoReport v2 (https://wiki.open311.org/GeoReport_v2/, POST Service Request): the
// form that is sent and the answer to it. Never a severity: nothing here knows one. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/hazard.hpp"

namespace hazard::outgoing {

using FormFields = std::vector<std::pair<std::string, std::string>>;
inline constexpr std::string_view kFormType = "application/x-www-form-urlencoded; charset=utf-8";

// application/x-www-form-urlencoded (WHATWG URL standard, section 5.2), UTF-8.
std::string form_text(const FormFields& fields);

// What is sent of a hazard that has a place, without what only the operator knows (jurisdiction, key). `media_url` may be empty.
FormFields service_request(const domain::Hazard& hazard, std::string_view service_code, std::string_view media_url);

// What the server calls the request: its service_request_id, else "token:" and the token that leads to it, else empty. At most 128
// bytes without control characters.
std::string receipt_in(std::string_view answer);

}  // namespace hazard::outgoing
