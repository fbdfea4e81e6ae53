// The table of routes: method and pattern to handler, deny by default. Every route states who may call it, how large a body it
// takes and of which kinds, so that nothing is read that nobody wants. Built once at start, then read on the I/O thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "serve/http_message.hpp"
#include "serve/taken_socket.hpp"

namespace hazard::serve {

// Whom a route is for. There is no default: a route that forgot to say cannot be written. `measures`: everyone, or where
// PUBLIC_METRICS is off those who may administer; `any_key`: whoever holds a key, whatever it opens; the rest are the rights
// that a key may have.
enum class Access : std::uint8_t { everyone, measures, any_key, stream, detect, reports, admin };

enum class BodyKind : std::uint8_t {
  none,
  json,       // any content type: old clients declare none (legacy-clients section 8)
  picture,    // any: the handler says which of JSON, image/* and multipart/form-data it takes
  multipart,  // only multipart/form-data
};

struct BodyRule {
  BodyKind kind = BodyKind::none;
  std::size_t bytes_max = 0;
};

// How a handler ends a request: with an answer, or by taking the connection over (WebSocket, event stream).
using Takeover = std::move_only_function<void(TakenSocket)>;
using Outcome = std::variant<Response, Takeover>;
// Call it exactly once, from any thread, at any time; the connection waits. A Reply that dies uncalled answers 500.
using Reply = std::move_only_function<void(Outcome)>;
using Handler = std::function<void(Request, Reply)>;

struct Route {
  Method method;
  std::string_view pattern;  // "/stream/sessions/{id}/stats"; a parameter is one whole segment
  Access access;
  BodyRule body;
  Handler handler;
  bool checks_origin = false;  // a present Origin that is not allowed gets 403: upgrades and event streams
};

class Router {
 public:
  void add(Route route);

  struct Match {
    const Route* route;
    std::vector<std::string> params;
  };
  struct NotFound {};
  struct WrongMethod {
    std::string allow;  // the value of the Allow header
  };
  using Found = std::variant<Match, NotFound, WrongMethod>;

  // `path` is still percent-encoded; segments are compared after decoding, so an escaped slash never splits one. HEAD finds
  // GET's route. OPTIONS always ends as WrongMethod on a known path: the connection answers it from `allow`.
  Found find(Method method, std::string_view path) const;

  const std::vector<Route>& routes() const noexcept { return routes_; }

 private:
  std::vector<Route> routes_;
};

// Percent-decodes one path segment; the validator has already refused broken escapes.
std::string decode_segment(std::string_view segment);

// Whether a body of this content type may be sent to a route of this kind.
bool takes_content_type(BodyKind kind, std::string_view content_type) noexcept;

}  // namespace hazard::serve
