#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/live_desk.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;

TEST(routes_news, changes_are_heard_and_heard_again) {
  LiveDesk live;
  Client listener(live.port());
  listener.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  listener.read_until("\r\n\r\n");
  EXPECT_THAT(listener.read_event(), HasSubstr(R"("type":"connection")"));
  live.post("/reports", R"({"detection":{"class_name":"pothole"}})");
  const auto event = listener.read_event();
  EXPECT_THAT(event, HasSubstr(R"("type":"new_report")"));
  EXPECT_THAT(event, HasSubstr("id: "));
  EXPECT_THAT(live.get("/events/stats").body, HasSubstr(R"("active_clients":1)"));
  Client again(live.port());
  again.send("GET /api/events/stream?last_event_id=0 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  again.read_until("\r\n\r\n");
  again.read_event();
  EXPECT_EQ(again.read_event(), event);
}

TEST(routes_news, a_foreign_origin_hears_nothing) {
  LiveDesk live;
  EXPECT_EQ(live.get("/events", "Origin: https://evil.example\r\n").status, 403);
}

}  // namespace
}  // namespace hazard::serve
