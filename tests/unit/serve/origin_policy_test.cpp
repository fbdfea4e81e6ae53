#include "serve/origin_policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hazard::serve {
namespace {

using testing::HasSubstr;
using testing::Not;

RequestHead head_with(const std::string& lines) {
  auto head = check_head("GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n");
  EXPECT_TRUE(head);
  return std::move(*head);
}

const OriginPolicy kListed({"https://roads.example", "http://192.168.1.5:8080"}, false);
const OriginPolicy kLoopback({"https://roads.example"}, true);

TEST(origin_policy, passes_the_listed_origins) {
  EXPECT_TRUE(kListed.allows("https://roads.example"));
  EXPECT_TRUE(kListed.allows("http://192.168.1.5:8080"));
  EXPECT_TRUE(kLoopback.allows("https://roads.example"));
}

class StrangeOrigin : public testing::TestWithParam<const char*> {};

TEST_P(StrangeOrigin, is_refused_with_and_without_loopback) {
  EXPECT_FALSE(kListed.allows(GetParam()));
  EXPECT_FALSE(kLoopback.allows(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(origin_policy, StrangeOrigin,
                         testing::Values("null", "", "*", "https://evil.example", "https://roads.example.evil.example",
                                         "https://evilroads.example", "https://roads.examplE", "HTTPS://roads.example",
                                         "https://roads.example:443", "https://roads.example:8443", "http://roads.example",
                                         "https://roads.example/", "https://roads.example.", "https://user@roads.example",
                                         "https://xn--rads-5qa.example", "https://sub.roads.example", "roads.example",
                                         "https://roads.example, https://evil.example", "file://", "capacitor://localhost",
                                         "http://localhost.evil.example", "http://127.0.0.1.evil.example",
                                         "http://127.0.0.1:8080x", "http://127.0.0.1:", "http://evil.example:127",
                                         "http://0x7f.0.0.1", "http://2130706433", "http://127.1", "http://127.0.0.256",
                                         "ws://localhost", "http://user@localhost", "http://localhost:123456",
                                         "http://localhost/"));

TEST(origin_policy, passes_loopback_origins_on_any_port_only_while_on_loopback) {
  for (const char* origin : {"http://localhost", "http://localhost:8080", "https://localhost:3000", "http://127.0.0.1:5500",
                             "http://127.5.6.7", "http://[::1]:8080"}) {
    EXPECT_TRUE(kLoopback.allows(origin)) << origin;
    EXPECT_FALSE(kListed.allows(origin)) << origin;
  }
}

TEST(origin_policy, passes_clients_that_are_no_browsers) {
  EXPECT_TRUE(kListed.allows(head_with("")));
  EXPECT_FALSE(kListed.allows(head_with("Origin: https://evil.example\r\n")));
  EXPECT_FALSE(kListed.allows(head_with("Origin:\r\n")));
}

TEST(origin_policy, echoes_an_allowed_origin_and_exposes_headers) {
  const std::string lines = kListed.cors_lines(head_with("Origin: https://roads.example\r\n"));
  EXPECT_THAT(lines, HasSubstr("Access-Control-Allow-Origin: https://roads.example\r\n"));
  EXPECT_THAT(lines, HasSubstr("Vary: Origin\r\n"));
  EXPECT_THAT(lines, HasSubstr("Access-Control-Expose-Headers: X-Request-ID, Retry-After, ETag\r\n"));
  EXPECT_THAT(lines, HasSubstr("Access-Control-Allow-Credentials: true\r\n"));
}

TEST(origin_policy, tells_a_refused_origin_nothing) {
  const std::string lines = kListed.cors_lines(head_with("Origin: https://evil.example\r\n"));
  EXPECT_THAT(lines, Not(HasSubstr("Access-Control")));
  EXPECT_THAT(lines, HasSubstr("Vary: Origin\r\n"));
}

TEST(origin_policy, preflight_allows_what_installed_clients_send) {
  for (const char* header :
       {"user-agent", "accept", "content-type", "authorization", "x-frame-id", "x-capture-time", "x-location", "last-event-id"}) {
    EXPECT_THAT(OriginPolicy::preflight_lines(), HasSubstr(header));
  }
  for (const char* method : {"GET", "POST", "PATCH", "PUT", "DELETE"}) {
    EXPECT_THAT(OriginPolicy::preflight_lines(), HasSubstr(method));
  }
}

TEST(origin_policy, loopback_server_answers_only_under_loopback_names) {
  for (const char* host : {"localhost", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]:8080", "10.0.2.2:8000", "roads.example"}) {
    EXPECT_TRUE(kLoopback.allows_host(host)) << host;
  }
  EXPECT_FALSE(kLoopback.allows_host("evil.example:8080"));
  EXPECT_FALSE(kLoopback.allows_host("localhost.evil.example"));
  EXPECT_TRUE(kListed.allows_host("anything.example"));
}

TEST(origin_policy, knows_loopback_hosts) {
  for (const char* host : {"127.0.0.1", "127.8.9.10", "::1", "[::1]", "localhost", "LocalHost"})
    EXPECT_TRUE(is_loopback_host(host)) << host;
  for (const char* host : {"0.0.0.0", "::", "128.0.0.1", "localhost.example", "", "127.0.0.1.example"}) {
    EXPECT_FALSE(is_loopback_host(host)) << host;
  }
}

}  // namespace
}  // namespace hazard::serve
