#include "serve/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hazard::serve {
namespace {

using testing::ElementsAre;

Router example() {
  Router router;
  const auto add = [&router](Method method, std::string_view pattern) {
    router.add({.method = method, .pattern = pattern, .access = Access::everyone, .body = {}, .handler = [](auto&&, auto&&) {}});
  };
  add(Method::get, "/");
  add(Method::get, "/health");
  add(Method::get, "/stream/sessions/{id}");
  add(Method::del, "/stream/sessions/{id}");
  add(Method::get, "/stream/sessions/{id}/stats");
  add(Method::post, "/a/{x}/b/{y}");
  return router;
}

template <typename Kind>
bool finds(Method method, std::string_view path) {
  return std::holds_alternative<Kind>(example().find(method, path));
}

TEST(router, finds_fixed_paths) {
  EXPECT_TRUE(finds<Router::Match>(Method::get, "/"));
  EXPECT_TRUE(finds<Router::Match>(Method::get, "/health"));
}

TEST(router, gives_parameters_in_order_and_decoded) {
  const Router router = example();
  const auto found = router.find(Method::post, "/a/one%20two/b/3%2F4");
  ASSERT_TRUE(std::holds_alternative<Router::Match>(found));
  EXPECT_THAT(std::get<Router::Match>(found).params, ElementsAre("one two", "3/4"));
}

TEST(router, head_is_served_by_get) { EXPECT_TRUE(finds<Router::Match>(Method::head, "/health")); }

TEST(router, names_the_methods_of_a_known_path) {
  const auto found = example().find(Method::post, "/stream/sessions/x");
  ASSERT_TRUE(std::holds_alternative<Router::WrongMethod>(found));
  EXPECT_EQ(std::get<Router::WrongMethod>(found).allow, "GET, HEAD, DELETE, OPTIONS");
  EXPECT_TRUE(finds<Router::WrongMethod>(Method::options, "/health"));
  EXPECT_TRUE(finds<Router::WrongMethod>(Method::other, "/health"));
}

class UnknownPath : public testing::TestWithParam<const char*> {};
TEST_P(UnknownPath, is_not_found) { EXPECT_TRUE(finds<Router::NotFound>(Method::get, GetParam())); }

INSTANTIATE_TEST_SUITE_P(router, UnknownPath,
                         testing::Values("/healt", "/healthy", "/HEALTH", "/health/", "//health", "/./health", "/x/../health",
                                         "/%2e/health", "/stream/sessions", "/stream/sessions/", "/stream/sessions//stats",
                                         "/stream%2Fsessions/x", "/stream/sessions/x/stats/", "/stream/sessions/x/y", "/a/b"));

TEST(router, compares_after_decoding) { EXPECT_TRUE(finds<Router::Match>(Method::get, "/he%61lth")); }

TEST(router, takes_json_under_any_name_but_pictures_and_forms) {
  for (const char* type : {"", "application/json", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded"}) {
    EXPECT_TRUE(takes_content_type(BodyKind::json, type)) << type;
  }
  EXPECT_FALSE(takes_content_type(BodyKind::json, "image/jpeg"));
  EXPECT_FALSE(takes_content_type(BodyKind::json, "multipart/form-data; boundary=x"));
}

TEST(router, form_routes_take_nothing_else) {
  EXPECT_TRUE(takes_content_type(BodyKind::multipart, "Multipart/Form-Data; boundary=x"));
  EXPECT_FALSE(takes_content_type(BodyKind::multipart, "application/json"));
  EXPECT_FALSE(takes_content_type(BodyKind::multipart, ""));
}

using router_death = testing::Test;
TEST(router_death, route_with_a_body_kind_needs_a_limit) {
  Router router;
  EXPECT_DEATH(router.add({.method = Method::post,
                           .pattern = "/x",
                           .access = Access::everyone,
                           .body = {.kind = BodyKind::json, .bytes_max = 0},
                           .handler = [](auto&&, auto&&) {}}),
               "bug:");
}

}  // namespace
}  // namespace hazard::serve
