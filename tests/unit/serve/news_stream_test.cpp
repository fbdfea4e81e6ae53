#include "serve/news_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/live_desk.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;

TEST(news_stream, says_goodbye_when_the_server_stops) {
  LiveDesk live;
  Client listener(live.port());
  listener.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  listener.read_until("\r\n\r\n");
  listener.read_event();
  live.server().drain();
  EXPECT_THAT(listener.read_event(), HasSubstr(R"("type":"disconnect")"));
  EXPECT_EQ(listener.read_event(), "");
}

TEST(news_stream, the_time_of_an_event_stands_beside_itself_with_a_zone) {
  LiveDesk live;
  Client listener(live.port());
  listener.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  listener.read_until("\r\n\r\n");
  const auto event = listener.read_event();
  const auto time = LiveDesk::text_field(event, "timestamp");
  EXPECT_EQ(time.size(), 26U);
  EXPECT_EQ(LiveDesk::text_field(event, "timestamp_utc"), time + "Z");
}

TEST(news_stream, who_leaves_is_no_longer_counted) {
  LiveDesk live;
  {
    Client listener(live.port());
    listener.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    listener.read_until("\r\n\r\n");
    listener.read_event();
    EXPECT_EQ(live.desk().news().listeners(), 1u);
  }
  while (live.desk().news().listeners() > 0) live.get("/health");
}

}  // namespace
}  // namespace hazard::serve
