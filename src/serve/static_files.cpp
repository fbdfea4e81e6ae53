#include "serve/static_files.hpp"

#include <algorithm>
#include <utility>

namespace hazard::serve {
namespace {

// The page talks to this server only (connect-src 'self' covers its WebSocket), shows camera frames from blobs, and must not be
// framed by others.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

bool accepts(const RequestHead& head, std::string_view type) noexcept {
  std::string_view list = head.get("accept");
  while (!list.empty()) {
    const auto comma = list.find(',');
    auto range = list.substr(0, comma);
    range = range.substr(0, range.find(';'));
    const auto first = range.find_first_not_of(" \t");
    if (first != std::string_view::npos) {
      range = range.substr(first, range.find_last_not_of(" \t") - first + 1);
      if (equals_ignoring_case(range, type)) return true;
    }
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

}  // namespace

std::string_view media_type(std::string_view path) noexcept {
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {{".html", "text/html; charset=utf-8"},
                                                                      {".css", "text/css; charset=utf-8"},
                                                                      {".js", "text/javascript; charset=utf-8"},
                                                                      {".svg", "image/svg+xml"},
                                                                      {".png", "image/png"},
                                                                      {".ico", "image/x-icon"},
                                                                      {".webmanifest", "application/manifest+json"}};
  for (const auto& [ending, type] : kTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

bool wants_html(const RequestHead& head) noexcept { return accepts(head, "text/html"); }
bool wants_json(const RequestHead& head) noexcept { return accepts(head, "application/json"); }

Response static_response(const EmbeddedFile& file, const RequestHead& head) {
  const std::string etag = "\"" + std::string(file.tag) + "\"";
  Response response;
  response.may_be_cached = true;
  // Always revalidated: a page of yesterday against a server of today helps nobody, and a 304 is cheap.
  response.headers = {{"Cache-Control", "no-cache"}, {"ETag", etag}};
  if (head.get("if-none-match").find(etag) != std::string_view::npos || head.get("if-none-match") == "*") {
    response.status = 304;
    return response;
  }
  response.content_type = media_type(file.path);
  response.payload = Payload::embedded(file.bytes);
  response.headers.emplace_back("Content-Security-Policy", kPolicy);
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  response.headers.emplace_back("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()");
  return response;
}

void add_static_routes(Router& router, std::span<const EmbeddedFile> files, std::string greeting) {
  const EmbeddedFile* index = nullptr;
  for (const EmbeddedFile& file : files) {
    if (file.path == "/index.html") index = &file;
    router.add({.method = Method::get,
                .pattern = file.path,
                .access = Access::everyone,
                .body = {},
                .handler = [&file](const Request& request, Reply reply) { reply(static_response(file, request.head)); }});
  }
  router.add({.method = Method::get,
              .pattern = "/",
              .access = Access::everyone,
              .body = {},
              .handler = [index, greeting = std::move(greeting)](const Request& request, Reply reply) {
                if (index != nullptr && wants_html(request.head)) return reply(static_response(*index, request.head));
                reply(json_response(greeting));
              }});
}

}  // namespace hazard::serve
