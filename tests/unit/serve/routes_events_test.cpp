#include "serve/routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "support/live_server.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::StartsWith;

TEST(routes_events, unknown_client_is_404_everywhere) {
  LiveServer live;
  Client client(live.port());
  for (const char* path : {"/stream/events/none", "/stream/sessions/none", "/stream/sessions/none/stats"}) {
    const auto reply = client.get(path);
    EXPECT_EQ(reply.status, 404) << path;
    EXPECT_THAT(reply.body, HasSubstr("session_not_found"));
  }
  EXPECT_EQ(client.post("/stream/process/none", process_body("a")).status, 404);
  EXPECT_EQ(client.ask("DELETE /stream/sessions/none HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 404);
}

TEST(routes_events, reader_that_comes_back_hears_what_it_missed) {
  LiveServer live;
  open_session(live);
  Client poster(live.port());
  for (const char* id : {"a", "b", "c"}) {
    EXPECT_THAT(poster.post("/stream/process/mine?wait=20000", process_body(id)).body, HasSubstr(id));
  }
  for (const auto& [target, line] :
       {std::pair{"/stream/events/mine", "Last-Event-ID: 1\r\n"}, std::pair{"/stream/events/mine?last_event_id=1", ""}}) {
    Client reader(live.port());
    EXPECT_EQ(reader.get(target, line).status, 200);
    reader.read_event();
    const std::string second = reader.read_event();
    EXPECT_THAT(second, StartsWith("id: 2\n"));
    EXPECT_THAT(second, HasSubstr(R"("replayed":true)"));
    EXPECT_THAT(reader.read_event(), StartsWith("id: 3\n"));
  }
}

TEST(routes_events, replay_longer_than_the_outbox_says_the_gap_of_the_ring_only) {
  LiveServer live;
  open_session(live);
  Client poster(live.port());
  for (int i = 0; i < 2100; ++i) {
    ASSERT_EQ(poster.post("/stream/process/mine?wait=20000", R"({"image_data":""})").status, 422);
  }
  Client reader(live.port());
  reader.get("/stream/events/mine?last_event_id=0");
  reader.read_event();
  EXPECT_EQ(reader.read_event(), R"(data: {"type":"gap","from":1,"to":52})");
  for (int event = 53; event <= 2100; ++event) {
    ASSERT_THAT(reader.read_event(), StartsWith("id: " + std::to_string(event) + "\n"));
  }
}

TEST(routes_events, head_and_foreign_origin) {
  LiveServer live;
  open_session(live);
  Client client(live.port());
  client.send("HEAD /stream/events/mine HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.read_reply(true).status, 200);
  EXPECT_EQ(client.get("/stream/events/mine", "Origin: https://evil.example\r\n").status, 403);
  const auto allowed = client.get("/stream/events/mine", "Origin: http://localhost:3000\r\n");
  EXPECT_EQ(allowed.headers.at("access-control-allow-origin"), "http://localhost:3000");
}

}  // namespace
}  // namespace hazard::serve
