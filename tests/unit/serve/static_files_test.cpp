#include "serve/static_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace hazard::serve {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Pair;

constexpr EmbeddedFile kFiles[] = {{"/index.html", "0123", "<html>"}, {"/app.js", "abcd", "let a"}};

RequestHead head_with(const std::string& lines) {
  auto head = check_head("GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n");
  EXPECT_TRUE(head);
  return std::move(*head);
}

Response get(std::string_view path, const std::string& lines) {
  Router router;
  add_static_routes(router, kFiles, R"({"status":"ok"})");
  const auto found = router.find(Method::get, path);
  std::optional<Response> response;
  Request request;
  request.head = head_with(lines);
  std::get<Router::Match>(found).route->handler(std::move(request),
                                                [&](Outcome outcome) { response = std::move(std::get<Response>(outcome)); });
  return std::move(response.value());
}

TEST(static_files, serves_a_file_with_its_type_and_tag) {
  const Response response = get("/app.js", "");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(response.payload.bytes(), "let a");
  EXPECT_THAT(response.headers, Contains(Pair("ETag", "\"abcd\"")));
  EXPECT_THAT(response.headers, Contains(Pair("Content-Security-Policy", HasSubstr("frame-ancestors 'none'"))));
}

TEST(static_files, answers_304_to_a_known_tag) {
  for (const char* line : {"If-None-Match: \"abcd\"\r\n", "If-None-Match: \"x\", W/\"abcd\"\r\n", "If-None-Match: *\r\n"}) {
    const Response response = get("/app.js", line);
    EXPECT_EQ(response.status, 304) << line;
    EXPECT_TRUE(response.payload.bytes().empty());
  }
  EXPECT_EQ(get("/app.js", "If-None-Match: \"abc\"\r\n").status, 200);
}

TEST(static_files, root_is_a_page_for_browsers_and_data_for_others) {
  EXPECT_EQ(get("/", "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\n").payload.bytes(), "<html>");
  EXPECT_EQ(get("/", "Accept: application/json\r\n").payload.bytes(), R"({"status":"ok"})");
  EXPECT_EQ(get("/", "Accept: */*\r\n").content_type, "application/json");
  EXPECT_EQ(get("/", "").content_type, "application/json");
}

TEST(static_files, knows_media_types) {
  EXPECT_EQ(media_type("/a.css"), "text/css; charset=utf-8");
  EXPECT_EQ(media_type("/a.svg"), "image/svg+xml");
  EXPECT_EQ(media_type("/a"), "application/octet-stream");
}

TEST(static_files, reads_the_accept_header_by_whole_types) {
  EXPECT_TRUE(wants_json(head_with("Accept: text/plain, application/json;q=0.5\r\n")));
  EXPECT_FALSE(wants_json(head_with("Accept: application/jsonx\r\n")));
  EXPECT_FALSE(wants_html(head_with("")));
}

}  // namespace
}  // namespace hazard::serve
