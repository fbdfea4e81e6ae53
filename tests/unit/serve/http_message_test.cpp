#include "serve/http_message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hazard::serve {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(http_message, writes_a_head) {
  Response response = json_response("{}");
  response.headers.emplace_back("Allow", "GET");
  const std::string head = serialise_head(response, "0a1b2c3d", 2, true, "Vary: Origin\r\n");
  EXPECT_THAT(head, testing::StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(head, testing::EndsWith("\r\nVary: Origin\r\n\r\n"));
  for (const char* line :
       {"Content-Type: application/json\r\n", "Content-Length: 2\r\n", "Connection: keep-alive\r\n", "X-Request-ID: 0a1b2c3d\r\n",
        "X-Content-Type-Options: nosniff\r\n", "Cache-Control: no-store\r\n", "Allow: GET\r\n"}) {
    EXPECT_THAT(head, HasSubstr(line));
  }
}

TEST(http_message, says_when_the_connection_ends) {
  EXPECT_THAT(serialise_head({}, "x", 0, false, ""), HasSubstr("Connection: close\r\n"));
}

TEST(http_message, error_carries_status_and_text) {
  const Response response = error_response({domain::ErrorCode::not_found, "Nothing here."}, "0a1b2c3d");
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(std::string(response.payload.bytes()), HasSubstr("Nothing here."));
  EXPECT_TRUE(response.headers.empty());
}

TEST(http_message, error_that_waiting_helps_says_how_long) {
  const auto retry_after = [](std::optional<base::Duration> wait) {
    return error_response({domain::ErrorCode::overloaded, "Busy."}, "x", wait).headers.at(0).second;
  };
  EXPECT_EQ(retry_after({}), "1");
  EXPECT_EQ(retry_after(std::chrono::milliseconds(1)), "1");
  EXPECT_EQ(retry_after(std::chrono::milliseconds(1001)), "2");
}

TEST(outgoing_response, hands_out_what_is_left) {
  OutgoingResponse out(json_response("body"), "x", true, false, "");
  const std::size_t head = out.rest()[0].size();
  EXPECT_EQ(out.rest()[1], "body");
  out.advance(head - 2);
  EXPECT_EQ(out.rest()[0], "\r\n");
  out.advance(4);
  EXPECT_EQ(out.rest()[0], "");
  EXPECT_EQ(out.rest()[1], "dy");
  EXPECT_FALSE(out.finished());
  out.advance(2);
  EXPECT_TRUE(out.finished());
}

TEST(outgoing_response, answer_to_head_keeps_the_length_and_leaves_the_body_out) {
  const OutgoingResponse out(json_response("body"), "x", true, true, "");
  EXPECT_THAT(std::string(out.rest()[0]), HasSubstr("Content-Length: 4\r\n"));
  EXPECT_EQ(out.rest()[1], "");
}

TEST(outgoing_response, not_modified_has_neither_length_nor_body) {
  const OutgoingResponse out({.status = 304}, "x", true, false, "");
  EXPECT_THAT(std::string(out.rest()[0]), Not(HasSubstr("Content-Length")));
}

}  // namespace
}  // namespace hazard::serve
