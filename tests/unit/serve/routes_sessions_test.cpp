#include "serve/routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/live_server.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;

TEST(routes_sessions, session_answers_what_old_clients_read) {
  LiveServer live;
  Client client(live.port());
  const auto reply =
      client.post("/stream/sessions?session_id=mine", R"({"fps_limit":5})", "Content-Type: text/plain;charset=UTF-8\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr(R"("sse_endpoint":"/stream/events/mine")"));
  EXPECT_THAT(reply.body, HasSubstr(R"("upload_endpoint":"/stream/process/mine")"));
  EXPECT_EQ(client.post("/stream/sessions?session_id=mine", "{}").status, 409);
  EXPECT_EQ(client.post("/stream/sessions", R"({"fps_limit":0})").status, 422);
  EXPECT_EQ(client.post("/stream/sessions", "", "Content-Type: application/json\r\n").status, 200);
}

TEST(routes_sessions, patch_changes_only_what_it_names) {
  LiveServer live;
  open_session(live, R"({"fps_limit":7,"confidence_threshold":0.3})");
  Client client(live.port());
  const auto patch = [&client](const std::string& body) {
    return client.ask("PATCH /stream/sessions/mine/config HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                      std::to_string(body.size()) + "\r\n\r\n" + body);
  };
  const auto reply = patch(R"({"confidence_threshold":0.6})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr(R"("fps_limit":7)"));
  EXPECT_THAT(reply.body, HasSubstr(R"("confidence_threshold":0.6)"));
  EXPECT_EQ(patch(R"({"fps_limit":99,"iou_threshold":0.9})").status, 422);
  EXPECT_THAT(client.get("/stream/sessions/mine/stats").body, Not(HasSubstr(R"("iou_threshold":0.9)")));
}

}  // namespace
}  // namespace hazard::serve
