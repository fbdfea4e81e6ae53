#include "serve/gate.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hazard::serve {
namespace {

using domain::ErrorCode;

Gate example() {
  Router router;
  const auto nothing = [](auto&&, auto&&) {};
  router.add({.method = Method::get, .pattern = "/open", .access = Access::everyone, .body = {}, .handler = nothing});
  router.add({.method = Method::get, .pattern = "/secret", .access = Access::admin, .body = {}, .handler = nothing});
  router.add({.method = Method::get,
              .pattern = "/events",
              .access = Access::stream,
              .body = {},
              .handler = nothing,
              .checks_origin = true});
  router.add({.method = Method::post,
              .pattern = "/json",
              .access = Access::stream,
              .body = {.kind = BodyKind::json, .bytes_max = 100},
              .handler = nothing});
  return Gate(std::move(router), OriginPolicy({"https://roads.example"}, true),
              [](const Route& route, const auto&, const RequestHead&) {
                return route.access == Access::admin ? domain::Result<void>(domain::refuse(ErrorCode::unauthorized, "no"))
                                                     : domain::Result<void>{};
              });
}

Gate::Decision judge(const std::string& line, const std::string& headers = {}) {
  static const Gate gate = example();
  const auto head = check_head(line + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
  EXPECT_TRUE(head);
  return gate.judge(*head);
}

bool passes(const std::string& line, const std::string& headers = {}) {
  return std::holds_alternative<Gate::Passed>(judge(line, headers));
}

std::optional<ErrorCode> refusal(const std::string& line, const std::string& headers = {}) {
  const auto decision = judge(line, headers);
  const auto* refused = std::get_if<Gate::Refused>(&decision);
  return refused == nullptr ? std::nullopt : std::optional(refused->error.code);
}

TEST(gate, passes_what_a_route_allows) {
  EXPECT_TRUE(passes("GET /open"));
  EXPECT_TRUE(passes("POST /json", "Content-Length: 100\r\n"));
  EXPECT_TRUE(passes("POST /json", "Transfer-Encoding: chunked\r\n"));
  EXPECT_TRUE(passes("POST /json"));
}

TEST(gate, denies_by_default) {
  EXPECT_EQ(refusal("GET /other"), ErrorCode::not_found);
  EXPECT_EQ(refusal("POST /open"), ErrorCode::method_not_allowed);
  EXPECT_EQ(refusal("GET /secret"), ErrorCode::unauthorized);
}

TEST(gate, refuses_a_body_beyond_the_limit_before_it_is_read) {
  EXPECT_EQ(refusal("POST /json", "Content-Length: 101\r\n"), ErrorCode::message_too_large);
  EXPECT_EQ(refusal("GET /open", "Content-Length: 1\r\n"), ErrorCode::message_too_large);
  EXPECT_EQ(refusal("GET /open", "Transfer-Encoding: chunked\r\n"), ErrorCode::message_too_large);
}

TEST(gate, refuses_a_body_of_another_kind) {
  EXPECT_EQ(refusal("POST /json", "Content-Length: 5\r\nContent-Type: image/png\r\n"), ErrorCode::unsupported_media_type);
}

TEST(gate, a_strange_origin_may_read_public_data_but_open_no_stream_and_change_nothing) {
  const std::string evil = "Origin: https://evil.example\r\n";
  EXPECT_TRUE(passes("GET /open", evil));
  EXPECT_EQ(refusal("GET /events", evil), ErrorCode::origin_refused);
  EXPECT_EQ(refusal("POST /json", evil), ErrorCode::origin_refused);
  EXPECT_TRUE(passes("GET /events", "Origin: https://roads.example\r\n"));
  EXPECT_TRUE(passes("GET /events"));
}

TEST(gate, refuses_a_foreign_host_name_on_loopback) {
  static const Gate gate = example();
  const auto head = check_head("GET /open HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  const auto decision = gate.judge(*head);
  ASSERT_TRUE(std::holds_alternative<Gate::Refused>(decision));
  EXPECT_EQ(std::get<Gate::Refused>(decision).error.code, ErrorCode::origin_refused);
}

TEST(gate, answers_options_from_the_table) {
  const auto plain = judge("OPTIONS /json");
  ASSERT_TRUE(std::holds_alternative<Gate::Options>(plain));
  EXPECT_EQ(std::get<Gate::Options>(plain).allow, "POST, OPTIONS");
  EXPECT_FALSE(std::get<Gate::Options>(plain).preflight);
  const auto preflight = judge("OPTIONS /json", "Origin: http://localhost:3000\r\nAccess-Control-Request-Method: POST\r\n");
  EXPECT_TRUE(std::get<Gate::Options>(preflight).preflight);
  const auto evil = judge("OPTIONS /json", "Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n");
  EXPECT_FALSE(std::get<Gate::Options>(evil).preflight);
  EXPECT_TRUE(std::holds_alternative<Gate::Options>(judge("OPTIONS *")));
  EXPECT_EQ(refusal("OPTIONS /other"), ErrorCode::not_found);
}

}  // namespace
}  // namespace hazard::serve
