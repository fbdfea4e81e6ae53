#include "serve/routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "support/live_server.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;

TEST(routes_metrics, root_and_errors_and_metrics) {
  LiveServer live;
  Client client(live.port());
  EXPECT_THAT(client.get("/").body, HasSubstr(R"("service":"hazardstream")"));
  EXPECT_THAT(client.get("/errors").body, HasSubstr(R"("code":"not_found")"));
  const auto text = client.get("/metrics");
  EXPECT_THAT(text.headers.at("content-type"), HasSubstr("version=0.0.4"));
  EXPECT_THAT(text.body, HasSubstr("hazardstream_drops_total{reason=\"over_rate\"} 0"));
  const auto json = client.get("/metrics", "Accept: application/json\r\n");
  EXPECT_EQ(json.headers.at("content-type"), "application/json");
  for (const char* key : {"uptime_seconds", "system_metrics", "memory_available_gb", "request_stats", "by_endpoint",
                          "inference_stats", "model_load_stats", "by_backend"}) {
    EXPECT_THAT(json.body, HasSubstr(key));
  }
  EXPECT_THAT(json.body, Not(HasSubstr("nan")));
}

TEST(routes_metrics, what_is_not_public_is_there_for_administrators_only) {
  LiveOptions options = live_options();
  options.server.public_metrics = false;
  std::string lines;
  for (const std::string_view right : {"stream", "admin"})
    lines += std::string(right) + " " + std::string(right) + " " + base::to_hex(base::sha256(right)) + "\n";
  options.server.keys = AccessKeys::parse(lines).value();
  LiveServer live(std::move(options));
  Client client(live.port());
  for (const char* path : {"/metrics", "/status"}) {
    for (const char* who : {"", "Authorization: Bearer stream\r\n", "Authorization: Bearer nobody\r\n"}) {
      const auto reply = client.get(path, who);
      EXPECT_EQ(reply.status, 404) << path << who;
      EXPECT_THAT(reply.body, HasSubstr(R"("code":"not_found")"));
    }
    EXPECT_EQ(client.get(path, "Authorization: Bearer admin\r\n").status, 200) << path;
  }
  EXPECT_EQ(client.get("/health").status, 200);
}

TEST(routes_metrics, the_mean_time_of_an_answer_is_measured) {
  LiveServer live;
  Client client(live.port());
  client.get("/errors");
  const auto body = client.get("/metrics", "Accept: application/json\r\n").body;
  const std::string key = R"("avg_response_time":)";
  const auto at = body.find(key);
  ASSERT_NE(at, std::string::npos);
  const double seconds = std::strtod(body.c_str() + at + key.size(), nullptr);
  EXPECT_GT(seconds, 0);
  EXPECT_LT(seconds, 30) << "the longest that an answer may take";
}

}  // namespace
}  // namespace hazard::serve
