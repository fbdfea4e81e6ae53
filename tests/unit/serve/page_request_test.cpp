#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "serve/page_request.hpp"
#include "support/live_server.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;

Request request_with(std::string_view lines, std::string_view body = {}) {
  Request request;
  request.head = *check_head("POST / HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n");
  request.body.assign(body.begin(), body.end());
  request.peer = "127.0.0.1";
  return request;
}

TEST(client_key_of, tells_user_agents_and_addresses_apart_and_reveals_neither) {
  const auto one = client_key_of(request_with("User-Agent: one\r\n"));
  EXPECT_EQ(one, client_key_of(request_with("User-Agent: one\r\n")));
  EXPECT_NE(one, client_key_of(request_with("User-Agent: two\r\n")));
  auto elsewhere = request_with("User-Agent: one\r\n");
  elsewhere.peer = "127.0.0.2";
  EXPECT_NE(one, client_key_of(elsewhere));
  EXPECT_EQ(one.size(), 32u);
}

TEST(place_of, header_before_fields_before_metadata) {
  EXPECT_EQ(place_of(request_with("X-Location: 1,2\r\n"))->longitude, 2);
  EXPECT_FALSE(place_of(request_with("X-Location: nonsense\r\n")));
  const std::string form = "Content-Type: multipart/form-data; boundary=edge\r\n";
  EXPECT_EQ(place_of(request_with(form, multipart("metadata", "", "", R"({"location":{"lat":1,"lon":3}})")))->longitude, 3);
  EXPECT_FALSE(place_of(request_with(form, multipart("lat", "", "", "1"))));
  for (const char* point : {R"({"location":{"type":"Point","coordinates":[3,1]}})", R"({"coordinates":[3,1,250.5]})"}) {
    const auto place = place_of(request_with(form, multipart("metadata", "", "", point)));
    ASSERT_TRUE(place) << point;
    EXPECT_EQ(place->latitude, 1);
    EXPECT_EQ(place->longitude, 3);
  }
  EXPECT_FALSE(place_of(request_with("")));
}

TEST(quotable, keeps_what_an_id_may_have) {
  EXPECT_EQ(quotable("a-1_B."), "a-1_B.");
  EXPECT_EQ(quotable("<b>\r\n"), "?b???");
  EXPECT_EQ(quotable(std::string(100, 'x')).size(), 64u);
}

}  // namespace
}  // namespace hazard::serve
