// From a well-formed request head to the route that may serve it, or the refusal: host, path, method, right, origin, body size
// and kind, in that order, all of it before one byte of the body is read. Deny by default: what no rule lets through gets 404.
// Built at start, then read on the I/O thread.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "domain/error.hpp"
#include "serve/origin_policy.hpp"
#include "serve/router.hpp"

namespace hazard::serve {

class Gate {
 public:
  // Whether the sender of this head may use this route with these parameters. Errors: unauthorized, forbidden. Asked at most once
  // for a request: a ticket is used up by it.
  using Authorize = std::function<domain::Result<void>(const Route&, const std::vector<std::string>& params, const RequestHead&)>;

  Gate(Router router, OriginPolicy origins, Authorize authorize);

  struct Passed {
    const Route* route;
    std::vector<std::string> params;
  };
  struct Options {  // an OPTIONS request: answered from the table, no handler runs
    std::string allow;
    bool preflight = false;
  };
  struct Refused {
    domain::Error error;
    std::string allow;  // for 405, else empty
  };
  using Decision = std::variant<Passed, Options, Refused>;
  Decision judge(const RequestHead& head) const;

  const OriginPolicy& origins() const noexcept { return origins_; }
  const Router& router() const noexcept { return router_; }

 private:
  Decision judge_route(const RequestHead& head, Router::Match&& match) const;

  Router router_;
  OriginPolicy origins_;
  Authorize authorize_;
};

}  // namespace hazard::serve
