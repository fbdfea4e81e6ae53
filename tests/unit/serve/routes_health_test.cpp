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
  EXPECT_EQ(client.get("/health/ready").status, 503);
  EXPECT_EQ(client.get("/ready").status, 503);
  EXPECT_EQ(client.get("/stream/health").status, 200);
  const auto refused = client.post("/stream/sessions", "{}");
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.headers.contains("retry-after"));
  EXPECT_EQ(Client(live.port()).upgrade().status, 503);
}

}  // namespace
}  // namespace hazard::serve
