#include "serve/gate.hpp"

#include <utility>

namespace hazard::serve {
namespace {

using domain::ErrorCode;

Gate::Refused refused(ErrorCode code, std::string sentence) { return {.error = {code, std::move(sentence)}, .allow = {}}; }

}  // namespace

Gate::Gate(Router router, OriginPolicy origins, Authorize authorize)
    : router_(std::move(router)), origins_(std::move(origins)), authorize_(std::move(authorize)) {}

Gate::Decision Gate::judge(const RequestHead& head) const {
  if (!origins_.allows_host(head.host)) {
    return refused(ErrorCode::origin_refused, "This server does not answer under that host name.");
  }
  const bool preflight = head.method == Method::options && head.find("access-control-request-method") && origins_.allows(head);
  if (head.asterisk) return Options{.allow = "GET, HEAD, POST, PATCH, DELETE, OPTIONS", .preflight = preflight};
  auto found = router_.find(head.method, head.path);
  if (auto* match = std::get_if<Router::Match>(&found)) return judge_route(head, std::move(*match));
  auto* wrong = std::get_if<Router::WrongMethod>(&found);
  if (wrong == nullptr) return refused(ErrorCode::not_found, "There is nothing at this path.");
  if (head.method == Method::options) return Options{.allow = std::move(wrong->allow), .preflight = preflight};
  return Refused{.error = {ErrorCode::method_not_allowed, "This path knows the methods " + wrong->allow + "."},
                 .allow = wrong->allow};
}

Gate::Decision Gate::judge_route(const RequestHead& head, Router::Match&& match) const {
  const Route& route = *match.route;
  if (auto granted = authorize_(route, match.params, head); !granted) return Refused{.error = granted.error(), .allow = {}};
  // A page that may not read the answer may not cause anything either.
  const bool changes = head.method != Method::get && head.method != Method::head;
  if ((route.checks_origin || changes) && !origins_.allows(head)) {
    return refused(ErrorCode::origin_refused, "Pages of this origin may not use this server.");
  }
  if (head.framing != BodyFraming::none) {
    const bool known_too_large = head.framing == BodyFraming::length && head.content_length > route.body.bytes_max;
    if (known_too_large || route.body.bytes_max == 0) {
      return refused(ErrorCode::message_too_large,
                     "The request's body is larger than the " + std::to_string(route.body.bytes_max) + " bytes allowed here.");
    }
    if (!takes_content_type(route.body.kind, head.get("content-type"))) {
      return refused(ErrorCode::unsupported_media_type, "This path does not take a body of that content type.");
    }
  }
  return Passed{.route = match.route, .params = std::move(match.params)};
}

}  // namespace hazard::serve
