#include "serve/routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "support/live_server.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;

TEST(routes_health, without_a_model_it_lives_and_is_not_ready) {
  LiveOptions options = live_options();
  options.with_model = false;
  LiveServer live(std::move(options));
  Client client(live.port());
  EXPECT_THAT(client.get("/health").body, HasSubstr(R"("status":"healthy")"));
  EXPECT_EQ(client.get("/health/live").status, 200);
  for (const char* path : {"/health/ready", "/ready", "/detect/ready"}) {
    const auto reply = client.get(path);
    EXPECT_EQ(reply.status, 503) << path;
    EXPECT_EQ(reply.headers.at("retry-after"), "1") << path;
    EXPECT_THAT(reply.body, HasSubstr(R"("status":"not_ready")")) << path;
    EXPECT_THAT(reply.body, HasSubstr(R"("detail":"model not loaded: the server is still starting","code":"model_not_ready")"));
    EXPECT_THAT(reply.body, HasSubstr("\"request_id\":\"" + reply.headers.at("x-request-id") + "\"")) << path;
  }
  EXPECT_EQ(client.get("/stream/health").status, 200);
  const auto refused = client.post("/stream/sessions", "{}");
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.headers.contains("retry-after"));
  EXPECT_EQ(Client(live.port()).upgrade().status, 503);
}

}  // namespace
}  // namespace hazard::serve
