// What routes of installed clients read out of a request: who sends, where from, which page of a list. Pure; I/O thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "desk/desk.hpp"
#include "serve/routes.hpp"
#include "wire/multipart.hpp"

namespace hazard::serve {

// The client as far as it can be told apart without keys: a digest of address and user agent (legacy-clients section 11).
std::string client_key_of(const Request& request);

// The stream is the sender's from now on.
void note_owner(Services& services, const session::Session& session, const Request& request);

// The place a picture was sent with: X-Location, else fields of the form in any spelling, else its `metadata` or `location` field as
// JSON. Nothing for none, and for what is no place.
std::optional<domain::Location> place_of(const Request& request);

// The JSON body; an empty one is an empty object. Errors: invalid_json, invalid_value.
domain::Result<desk::ReportDraft> read_draft_body(std::string_view body);

// 404 with the words that old clients match.
Response no_session(std::string_view id, const Request& request);
Response no_report(std::string_view id, const std::string& request_id);

// 501: nothing is kept here.
Response keeps_nothing(const std::string& request_id);

// `value` in the words of a sentence: short, without what could be read as markup or a second line.
std::string quotable(std::string_view value);

// Adds routes whose handlers take services, request and reply.
using PageHandler = std::function<void(Services&, Request, Reply)>;
void add_page_route(Router& router, Services& services, Method method, std::string_view pattern, BodyRule body,
                    PageHandler handle, Access access = Access::reports);

}  // namespace hazard::serve
