#include "client/url.hpp"

#include <gtest/gtest.h>

namespace hazard::client {
namespace {

TEST(ParseUrl, takes_the_forms_people_type) {
  const auto full = parse_url("ws://127.0.0.1:8080/stream/detection?fps_limit=5");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->host, "127.0.0.1");
  EXPECT_EQ(full->port, "8080");
  EXPECT_EQ(full->target, "/stream/detection?fps_limit=5");
  EXPECT_EQ(parse_url("localhost:81")->port, "81");
  EXPECT_EQ(parse_url("http://road.example")->port, "80");
  EXPECT_EQ(parse_url("ws://[::1]:9")->host, "::1");
  EXPECT_EQ(parse_url("host?x=1")->target, "/?x=1");
}

TEST(ParseUrl, refuses_what_it_cannot_reach) {
  for (const char* wrong : {"", "wss://host", "https://host/", "ws://", ":80", "host:", "host:99999", "host:8x", "host/a b"}) {
    EXPECT_FALSE(parse_url(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace hazard::client
