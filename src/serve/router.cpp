#include "serve/router.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/check.hpp"

namespace hazard::serve {
namespace {

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  return (c | 0x20) - 'a' + 10;
}

// Takes the next segment off `path`, which begins with '/'.
std::string_view next_segment(std::string_view& path) noexcept {
  const auto end = path.find('/', 1);
  const auto segment = path.substr(1, end == std::string_view::npos ? end : end - 1);
  path = end == std::string_view::npos ? std::string_view{} : path.substr(end);
  return segment;
}

std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  std::vector<std::string> params;
  while (!pattern.empty() && !path.empty()) {
    const auto wanted = next_segment(pattern);
    auto segment = decode_segment(next_segment(path));
    if (wanted.starts_with('{')) {
      if (segment.empty()) return std::nullopt;
      params.push_back(std::move(segment));
    } else if (segment != wanted) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return params;
}

}  // namespace

std::string decode_segment(std::string_view segment) {
  std::string text;
  text.reserve(segment.size());
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] == '%' && i + 2 < segment.size()) {
      text.push_back(static_cast<char>(hex_value(segment[i + 1]) * 16 + hex_value(segment[i + 2])));
      i += 2;
    } else {
      text.push_back(segment[i]);
    }
  }
  return text;
}

bool takes_content_type(BodyKind kind, std::string_view content_type) noexcept {
  const auto type = content_type.substr(0, content_type.find(';'));
  const bool multipart = type.size() >= 19 && equals_ignoring_case(type.substr(0, 19), "multipart/form-data");
  const bool image = type.size() > 6 && equals_ignoring_case(type.substr(0, 6), "image/");
  switch (kind) {
    case BodyKind::none: return true;  // such a body is refused for its size
    case BodyKind::json: return !multipart && !image;
    case BodyKind::picture: return true;
    case BodyKind::multipart: return multipart;
  }
  return false;
}

void Router::add(Route route) {
  HAZARD_CHECK(route.pattern.starts_with('/') && route.handler);
  HAZARD_CHECK((route.body.kind == BodyKind::none) == (route.body.bytes_max == 0));
  routes_.push_back(std::move(route));
}

Router::Found Router::find(Method method, std::string_view path) const {
  const Method wanted = method == Method::head ? Method::get : method;
  std::string allow;
  for (const Route& route : routes_) {
    auto params = match(route.pattern, path);
    if (!params) continue;
    if (route.method == wanted) return Match{&route, std::move(*params)};
    if (!allow.empty()) allow.append(", ");
    allow.append(to_string(route.method));
    if (route.method == Method::get) allow.append(", HEAD");
  }
  if (allow.empty()) return NotFound{};
  allow.append(", OPTIONS");
  return WrongMethod{std::move(allow)};
}

}  // namespace hazard::serve
