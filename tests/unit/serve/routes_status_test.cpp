#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/live_server.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;

TEST(routes_status, is_public_and_names_neither_host_nor_path) {
  LiveServer live;
  for (const char* path : {"/status", "/detect/ready", "/detect/health", "/report/health", "/detect/model/info"}) {
    const auto reply = Client(live.port()).get(path);
    EXPECT_EQ(reply.status, 200) << path;
    EXPECT_EQ(reply.body.find("/work"), std::string::npos);
  }
  const auto status = Client(live.port()).get("/status").body;
  EXPECT_THAT(status, HasSubstr(R"("hostname":"")"));
  EXPECT_THAT(status, HasSubstr(R"("model_status":"loaded_openvino")"));
}

TEST(routes_status, readiness_is_503_without_a_model) {
  LiveOptions options = live_options();
  options.with_model = false;
  LiveServer live(std::move(options));
  EXPECT_EQ(Client(live.port()).get("/detect/ready").status, 503);
  EXPECT_THAT(Client(live.port()).get("/status").body, HasSubstr(R"("model_status":"loading")"));
}

}  // namespace
}  // namespace hazard::serve
