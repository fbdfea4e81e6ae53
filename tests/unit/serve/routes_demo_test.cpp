#include "serve/routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/live_server.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::StartsWith;

TEST(routes_demo, draws_frames_and_tells_their_truth) {
  LiveServer live;
  Client client(live.port());
  const auto picture = client.get("/demo/drive.jpg?frame=3&width=128&height=72&seed=2");
  EXPECT_EQ(picture.status, 200);
  EXPECT_EQ(picture.headers.at("content-type"), "image/jpeg");
  EXPECT_THAT(picture.body, StartsWith("\xFF\xD8\xFF"));
  EXPECT_EQ(client.get("/demo/drive.jpg?frame=3&width=128&height=72&seed=2").body, picture.body);
  EXPECT_NE(client.get("/demo/drive.jpg?frame=4&width=128&height=72&seed=2").body, picture.body);
  const auto truth = client.get("/demo/drive.json?frame=3&width=128&height=72&seed=2");
  EXPECT_EQ(truth.status, 200);
  EXPECT_THAT(truth.body, HasSubstr(R"("hazards":[)"));
}

TEST(routes_demo, refuses_sizes_and_numbers_out_of_range) {
  LiveServer live;
  Client client(live.port());
  for (const char* query : {"width=63", "width=1921", "height=63", "height=1081", "frame=-1", "frame=x", "seed=1e3", "frame="}) {
    const auto reply = client.get("/demo/drive.jpg?" + std::string(query));
    EXPECT_EQ(reply.status, 422) << query;
  }
}

}  // namespace
}  // namespace hazard::serve
