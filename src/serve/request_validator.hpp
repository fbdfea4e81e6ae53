// The strict gate between a stranger's bytes and the router: finds the end of an HTTP/1.1 request head and reads it after
// RFC 9112 and RFC 3986, refusing everything two servers could read differently (bare LF, folded lines, several lengths,
// a length beside a transfer coding...). Pure functions over bytes, called on the I/O thread, allocation bounded by the
// limits. Whatever is refused here ends the connection after one answer: after a framing error no byte can be trusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/error.hpp"

namespace hazard::serve {

struct HeadLimits {
  std::size_t target_bytes_max = 2048;
  std::size_t fields_bytes_max = 16 * 1024;  // all header lines with their line ends
  std::size_t fields_max = 64;

  // The longest head that can pass: method, target, version and the header lines.
  constexpr std::size_t head_bytes_max() const noexcept { return kRequestLineRest + target_bytes_max + fields_bytes_max; }
  static constexpr std::size_t kMethodBytesMax = 16;
  static constexpr std::size_t kRequestLineRest = kMethodBytesMax + sizeof(" HTTP/1.1\r\n\r\n");
};

enum class Method : std::uint8_t { get, head, post, put, patch, del, options, other };
std::string_view to_string(Method method) noexcept;

enum class BodyFraming : std::uint8_t { none, length, chunked };

// A head that passed. Views point into `text`; moving keeps them valid, copying is not possible.
struct RequestHead {
  struct Field {
    std::string_view name;
    std::string_view value;  // without surrounding blanks
  };

  RequestHead() = default;
  RequestHead(RequestHead&&) = default;
  RequestHead& operator=(RequestHead&&) = default;
  RequestHead(const RequestHead&) = delete;
  RequestHead& operator=(const RequestHead&) = delete;

  std::vector<char> text;
  Method method = Method::other;
  bool asterisk = false;   // "OPTIONS *"
  std::string_view path;   // still percent-encoded, begins with '/'
  std::string_view query;  // after '?', still percent-encoded
  int minor_version = 1;   // HTTP/1.minor
  std::string_view host;   // empty only with HTTP/1.0
  std::vector<Field> fields;
  BodyFraming framing = BodyFraming::none;
  std::uint64_t content_length = 0;
  bool keep_alive = true;  // the client did not ask for the end
  bool expects_continue = false;
  bool upgrade_websocket = false;  // Connection: upgrade and Upgrade: websocket

  // The first field of this name in any case, or nothing.
  std::optional<std::string_view> find(std::string_view name) const noexcept;
  std::string_view get(std::string_view name) const noexcept { return find(name).value_or(std::string_view{}); }
};

// Looks for the end of a head that arrives in pieces. Feed it everything that came since the last head, each time the whole.
class HeadScanner {
 public:
  // The head's length with its empty line; nothing while more must come. Errors, as soon as they are certain: bad_request
  // (bare CR or LF, NUL), uri_too_long, headers_too_large.
  domain::Result<std::optional<std::size_t>> scan(std::string_view bytes, const HeadLimits& limits);

 private:
  std::size_t scanned_ = 0;
  std::size_t line_begin_ = 0;
  std::optional<std::size_t> fields_begin_;  // where the request line ended
};

// `head` is what HeadScanner found: it ends with an empty line. Errors: bad_request, uri_too_long, headers_too_large.
domain::Result<RequestHead> check_head(std::string_view head, const HeadLimits& limits = {});

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;

// Whether a comma-separated header value names `token` (any case).
bool has_token(std::string_view list, std::string_view token) noexcept;

}  // namespace hazard::serve
