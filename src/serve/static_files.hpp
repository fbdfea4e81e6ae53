// The page at /: files of web/, compiled into the binary, so that no path of a request ever meets a file system. Called on the
// I/O thread; nothing here changes after start.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "serve/http_message.hpp"
#include "serve/router.hpp"

namespace hazard::serve {

struct EmbeddedFile {
  std::string_view path;  // "/app.js"
  std::string_view tag;   // the first half of a hash of the content
  std::string_view bytes;
};

// What the build put in; made by embed_web.cmake.
std::span<const EmbeddedFile> embedded_web() noexcept;

// The file as an answer: its type, an ETag to revalidate with (304 when the request's If-None-Match names it), and the
// Content-Security-Policy that lets the page do what it does and nothing else.
Response static_response(const EmbeddedFile& file, const RequestHead& head);

std::string_view media_type(std::string_view path) noexcept;

// Whether the Accept header asks for a page rather than for data.
bool wants_html(const RequestHead& head) noexcept;
bool wants_json(const RequestHead& head) noexcept;

// A GET route for each file but index.html, which shares "/" with the JSON of legacy-clients section 3: `greeting` makes that.
void add_static_routes(Router& router, std::span<const EmbeddedFile> files, std::string greeting);

}  // namespace hazard::serve
