#include "serve/request_validator.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hazard::serve {
namespace {

using domain::ErrorCode;
using domain::refuse;
using domain::Result;

constexpr std::string_view kTokenExtra = "!#$%&'*+-.^_`|~";    // RFC 9110 section 5.6.2
constexpr std::string_view kPathExtra = "-._~!$&'()*+,;=:@/";  // RFC 3986 section 3.3
constexpr std::string_view kHostExtra = "-._~!$&'()*+;=";      // a comma would be a list of hosts

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_alnum(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_hex(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_token(std::string_view text) noexcept {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return is_alnum(c) || kTokenExtra.find(c) != std::string_view::npos; });
}

std::string_view trim(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Only characters of `extra`, letters, digits and whole percent escapes, none of them a NUL.
bool is_percent_text(std::string_view text, std::string_view extra) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      if (text[i + 1] == '0' && text[i + 2] == '0') return false;
      i += 2;
    } else if (!is_alnum(c) && extra.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

// uri-host [":" port], without userinfo, path or list. An IP literal's inside is not judged further than its characters.
bool is_authority(std::string_view text) noexcept {
  std::string_view port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos || close < 3) return false;
    const auto inside = text.substr(1, close - 1);
    if (!std::ranges::all_of(inside, [](char c) { return is_hex(c) || c == ':' || c == '.'; })) return false;
    text.remove_prefix(close + 1);
    if (text.empty()) return true;
    if (text.front() != ':') return false;
    port = text.substr(1);
  } else {
    const auto colon = text.find(':');
    if (colon != std::string_view::npos) port = text.substr(colon + 1);
    const auto name = text.substr(0, colon);
    if (name.empty() || !is_percent_text(name, kHostExtra)) return false;
  }
  if (port.size() > 5 || !std::ranges::all_of(port, is_digit)) return false;
  int number = 0;
  for (const char c : port) number = number * 10 + (c - '0');
  return number <= 65535;
}

Method method_from(std::string_view text) noexcept {
  constexpr std::array<std::pair<std::string_view, Method>, 7> kMethods{{{"GET", Method::get},
                                                                         {"HEAD", Method::head},
                                                                         {"POST", Method::post},
                                                                         {"PUT", Method::put},
                                                                         {"PATCH", Method::patch},
                                                                         {"DELETE", Method::del},
                                                                         {"OPTIONS", Method::options}}};
  const auto* const known = std::ranges::find(kMethods, text, &std::pair<std::string_view, Method>::first);
  return known == kMethods.end() ? Method::other : known->second;
}

Result<void> read_target(std::string_view target, RequestHead& head) {
  if (target == "*") {
    if (head.method != Method::options) return refuse(ErrorCode::bad_request, "Only OPTIONS may ask for *.");
    head.asterisk = true;
    return {};
  }
  if (!target.starts_with('/')) {
    // Absolute form: servers must take it, though only proxies are sent it (RFC 9112 section 3.2.2).
    const auto mark = target.find("://");
    const auto scheme = target.substr(0, mark == std::string_view::npos ? 0 : mark);
    if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https")) {
      return refuse(ErrorCode::bad_request, "The request target must begin with a slash.");
    }
    const auto rest = target.substr(mark + 3);
    const auto end = rest.find_first_of("/?");
    if (!is_authority(rest.substr(0, end))) return refuse(ErrorCode::bad_request, "The request target names no valid host.");
    target = end == std::string_view::npos ? std::string_view{} : rest.substr(end);
  }
  const auto question = target.find('?');
  head.path = target.substr(0, question);
  if (question != std::string_view::npos) head.query = target.substr(question + 1);
  if (head.path.empty()) head.path = "/";
  // A query may also hold '?' (RFC 3986 section 3.4).
  if (!is_percent_text(head.path, kPathExtra) || !is_percent_text(head.query, "-._~!$&'()*+,;=:@/?")) {
    return refuse(ErrorCode::bad_request, "The request target holds a character that must be percent-encoded.");
  }
  return {};
}

Result<void> read_request_line(std::string_view line, const HeadLimits& limits, RequestHead& head) {
  const auto first = line.find(' ');
  if (first == std::string_view::npos) return refuse(ErrorCode::bad_request, "The request line is not complete.");
  const auto method = line.substr(0, first);
  if (!is_token(method) || method.size() > HeadLimits::kMethodBytesMax) {
    return refuse(ErrorCode::bad_request, "The request's method is no token.");
  }
  if (method == "CONNECT") return refuse(ErrorCode::bad_request, "This server is no proxy.");
  head.method = method_from(method);
  const auto second = line.find(' ', first + 1);
  if (second == std::string_view::npos) return refuse(ErrorCode::bad_request, "The request line is not complete.");
  const auto target = line.substr(first + 1, second - first - 1);
  if (target.size() > limits.target_bytes_max) return refuse(ErrorCode::uri_too_long, "The request target is too long.");
  const auto version = line.substr(second + 1);
  if (version.size() != 8 || !version.starts_with("HTTP/1.") || !is_digit(version[7])) {
    return refuse(ErrorCode::bad_request, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
  }
  head.minor_version = version[7] - '0';
  return read_target(target, head);
}

Result<RequestHead::Field> read_field(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t') {
    return refuse(ErrorCode::bad_request, "Header lines must not be folded.");
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return refuse(ErrorCode::bad_request, "A header line has no valid name.");
  }
  const auto value = trim(line.substr(colon + 1));
  const bool clean = std::ranges::all_of(value, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
  });
  if (!clean) return refuse(ErrorCode::bad_request, "A header value holds a control character.");
  return RequestHead::Field{line.substr(0, colon), value};
}

// Fields whose repetition would let two readers pick different ones.
Result<void> check_singletons(const RequestHead& head) {
  constexpr std::array<std::string_view, 9> kOnce{
      "host",          "content-length", "transfer-encoding", "content-type",         "origin",
      "authorization", "expect",         "sec-websocket-key", "sec-websocket-version"};
  std::array<bool, kOnce.size()> seen{};
  for (const auto& field : head.fields) {
    for (std::size_t i = 0; i < kOnce.size(); ++i) {
      if (!equals_ignoring_case(field.name, kOnce[i])) continue;
      if (std::exchange(seen[i], true)) {
        return refuse(ErrorCode::bad_request, "The header " + std::string(kOnce[i]) + " must not be repeated.");
      }
    }
  }
  return {};
}

Result<void> read_framing(RequestHead& head) {
  const auto length = head.find("content-length");
  const auto coding = head.find("transfer-encoding");
  if (coding) {
    if (length) return refuse(ErrorCode::bad_request, "Send Content-Length or Transfer-Encoding, not both.");
    if (head.minor_version == 0) return refuse(ErrorCode::bad_request, "HTTP/1.0 knows no Transfer-Encoding.");
    if (!equals_ignoring_case(*coding, "chunked")) {
      return refuse(ErrorCode::bad_request, "The only transfer coding here is chunked.");
    }
    head.framing = BodyFraming::chunked;
    return {};
  }
  if (!length) return {};
  // 15 digits: no picture needs more, and nothing can overflow.
  if (length->empty() || length->size() > 15 || !std::ranges::all_of(*length, is_digit)) {
    return refuse(ErrorCode::bad_request, "Content-Length must be one decimal number.");
  }
  for (const char c : *length) head.content_length = head.content_length * 10 + static_cast<std::uint64_t>(c - '0');
  head.framing = head.content_length == 0 ? BodyFraming::none : BodyFraming::length;
  return {};
}

Result<void> read_connection(RequestHead& head) {
  bool close = head.minor_version == 0;  // old clients get no keep-alive: nothing depends on it
  bool upgrade = false;
  bool websocket = false;
  for (const auto& field : head.fields) {  // all lines of a list field count, not only the first
    if (equals_ignoring_case(field.name, "connection")) {
      close = close || has_token(field.value, "close");
      upgrade = upgrade || has_token(field.value, "upgrade");
    } else if (equals_ignoring_case(field.name, "upgrade")) {
      websocket = websocket || has_token(field.value, "websocket");
    }
  }
  head.keep_alive = !close;
  head.upgrade_websocket = upgrade && websocket && head.minor_version >= 1;
  head.expects_continue = head.minor_version >= 1 && equals_ignoring_case(head.get("expect"), "100-continue");
  const auto host = head.find("host");
  if (host) {
    if (!is_authority(*host)) return refuse(ErrorCode::bad_request, "The Host header must be one host with an optional port.");
    head.host = *host;
  } else if (head.minor_version >= 1) {
    return refuse(ErrorCode::bad_request, "HTTP/1.1 requests need a Host header.");
  }
  return {};
}

}  // namespace

std::string_view to_string(Method method) noexcept {
  switch (method) {
    case Method::get: return "GET";
    case Method::head: return "HEAD";
    case Method::post: return "POST";
    case Method::put: return "PUT";
    case Method::patch: return "PATCH";
    case Method::del: return "DELETE";
    case Method::options: return "OPTIONS";
    case Method::other: return "";
  }
  return "";
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

bool has_token(std::string_view list, std::string_view token) noexcept {
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (equals_ignoring_case(trim(list.substr(0, comma)), token)) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

std::optional<std::string_view> RequestHead::find(std::string_view name) const noexcept {
  for (const auto& field : fields) {
    if (equals_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

Result<std::optional<std::size_t>> HeadScanner::scan(std::string_view bytes, const HeadLimits& limits) {
  for (; scanned_ < bytes.size(); ++scanned_) {
    const char c = bytes[scanned_];
    if (!fields_begin_ && scanned_ - line_begin_ >= limits.target_bytes_max + HeadLimits::kRequestLineRest) {
      return refuse(ErrorCode::uri_too_long, "The request line is too long.");
    }
    if (fields_begin_ && scanned_ - *fields_begin_ >= limits.fields_bytes_max + 2) {
      return refuse(ErrorCode::headers_too_large, "The request's headers are too large.");
    }
    if (c == '\0') return refuse(ErrorCode::bad_request, "The request's head holds a NUL.");
    if (c == '\n') return refuse(ErrorCode::bad_request, "Lines must end with CR and LF.");
    if (c != '\r') continue;
    if (scanned_ + 1 == bytes.size()) return std::optional<std::size_t>{};  // its LF has yet to come
    if (bytes[scanned_ + 1] != '\n') return refuse(ErrorCode::bad_request, "Lines must end with CR and LF.");
    const bool empty_line = scanned_ == line_begin_;
    ++scanned_;
    line_begin_ = scanned_ + 1;
    if (empty_line) return std::optional(line_begin_);
    if (!fields_begin_) fields_begin_ = line_begin_;
  }
  return std::optional<std::size_t>{};
}

Result<RequestHead> check_head(std::string_view bytes, const HeadLimits& limits) {
  RequestHead head;
  head.text.assign(bytes.begin(), bytes.end());
  std::string_view text(head.text.data(), head.text.size());
  if (!text.ends_with("\r\n\r\n")) return refuse(ErrorCode::bad_request, "The request's head is not complete.");
  text.remove_suffix(2);  // what remains is lines, each with its end
  // Each CR must be followed by LF and each LF led by CR: what is left inside a line is then free of both.
  const auto line_end = text.find("\r\n");
  if (auto line = read_request_line(text.substr(0, line_end), limits, head); !line) return std::unexpected(line.error());
  text.remove_prefix(line_end + 2);
  if (text.size() > limits.fields_bytes_max) return refuse(ErrorCode::headers_too_large, "The request's headers are too large.");
  while (!text.empty()) {
    const auto end = text.find("\r\n");
    const auto line = text.substr(0, end);
    if (line.empty()) return refuse(ErrorCode::bad_request, "The request's head has an empty line within.");
    auto field = read_field(line);
    if (!field) return std::unexpected(field.error());
    if (head.fields.size() == limits.fields_max) return refuse(ErrorCode::headers_too_large, "The request has too many headers.");
    head.fields.push_back(*field);
    text.remove_prefix(end + 2);
  }
  if (auto once = check_singletons(head); !once) return std::unexpected(once.error());
  if (auto connection = read_connection(head); !connection) return std::unexpected(connection.error());
  if (auto framing = read_framing(head); !framing) return std::unexpected(framing.error());
  return head;
}

}  // namespace hazard::serve
