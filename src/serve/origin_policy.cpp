#include "serve/origin_policy.hpp"

#include <algorithm>
#include <utility>

namespace hazard::serve {
namespace {

bool is_digits(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Four numbers of at most 255, nothing else: "127.0.0.1.example" is a name.
bool is_ipv4(std::string_view host) noexcept {
  for (int part = 0; part < 4; ++part) {
    const auto dot = host.find('.');
    const auto number = host.substr(0, dot);
    if ((dot == std::string_view::npos) != (part == 3)) return false;
    if (!is_digits(number) || number.size() > 3) return false;
    int value = 0;
    for (const char c : number) value = value * 10 + (c - '0');
    if (value > 255) return false;
    if (dot != std::string_view::npos) host.remove_prefix(dot + 1);
  }
  return true;
}

// The host without its port; an IPv6 literal keeps its brackets.
std::string_view without_port(std::string_view authority) noexcept {
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

std::string_view authority_of(std::string_view origin) noexcept {
  const auto mark = origin.find("://");
  return mark == std::string_view::npos ? std::string_view{} : origin.substr(mark + 3);
}

// scheme "://" loopback host [":" port], as browsers write it: lower case, no path.
bool is_loopback_origin(std::string_view origin) noexcept {
  if (origin.starts_with("http://")) {
    origin.remove_prefix(7);
  } else if (origin.starts_with("https://")) {
    origin.remove_prefix(8);
  } else {
    return false;
  }
  const auto host = without_port(origin);
  const auto rest = origin.substr(host.size());
  if (!rest.empty() && (rest.front() != ':' || !is_digits(rest.substr(1)) || rest.size() > 6)) return false;
  return host == "localhost" || host == "[::1]" || (is_ipv4(host) && host.starts_with("127."));
}

}  // namespace

OriginPolicy::OriginPolicy(std::vector<std::string> allowed, bool on_loopback)
    : allowed_(std::move(allowed)), on_loopback_(on_loopback) {}

bool OriginPolicy::allows(std::string_view origin) const noexcept {
  if (on_loopback_ && is_loopback_origin(origin)) return true;
  return origin != "null" && std::ranges::find(allowed_, origin) != allowed_.end();
}

bool OriginPolicy::allows(const RequestHead& head) const noexcept {
  const auto origin = head.find("origin");
  return !origin || allows(*origin);
}

bool OriginPolicy::allows_host(std::string_view host) const noexcept {
  if (!on_loopback_ || host.empty() || host.starts_with('[')) return true;
  const auto name = without_port(host);
  if (is_ipv4(name) || equals_ignoring_case(name, "localhost")) return true;
  return std::ranges::any_of(
      allowed_, [name](const std::string& origin) { return equals_ignoring_case(without_port(authority_of(origin)), name); });
}

std::string OriginPolicy::cors_lines(const RequestHead& head) const {
  std::string lines = "Vary: Origin\r\n";
  const auto origin = head.find("origin");
  if (!origin || !allows(*origin)) return lines;
  // The value equals a listed origin or is a loopback one: no other bytes can reach the header.
  lines.append("Access-Control-Allow-Origin: ").append(*origin).append("\r\n");
  lines.append("Access-Control-Allow-Credentials: true\r\n");
  lines.append("Access-Control-Expose-Headers: X-Request-ID, Retry-After, ETag\r\n");
  return lines;
}

std::string_view OriginPolicy::preflight_lines() noexcept {
  return "Access-Control-Allow-Methods: GET, HEAD, POST, PATCH, PUT, DELETE, OPTIONS\r\n"
         "Access-Control-Allow-Headers: user-agent, accept, content-type, authorization, x-frame-id, x-capture-time, "
         "x-location, last-event-id, if-match\r\n"
         "Access-Control-Max-Age: 600\r\n";
}

bool is_loopback_host(std::string_view host) noexcept {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return host == "::1" || equals_ignoring_case(host, "localhost") || (is_ipv4(host) && host.starts_with("127."));
}

}  // namespace hazard::serve
