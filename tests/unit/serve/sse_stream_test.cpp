// Event streams on a live socket.
#include "serve/sse_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "support/live_server.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(sse_stream, stream_starts_and_carries_results_as_unnamed_single_lines) {
  LiveServer live;
  open_session(live);
  Client reader(live.port());
  const auto head = reader.get("/stream/events/mine");
  EXPECT_EQ(head.status, 200);
  EXPECT_THAT(head.headers.at("content-type"), StartsWith("text/event-stream"));
  EXPECT_EQ(head.headers.at("cache-control"), "no-cache");
  EXPECT_EQ(head.headers.at("connection"), "keep-alive");
  EXPECT_EQ(head.headers.at("x-accel-buffering"), "no");
  EXPECT_THAT(reader.read_event(), StartsWith(R"(data: {"type":"stream_started")"));

  const auto queued = Client(live.port()).post("/stream/process/mine", process_body("a"));
  EXPECT_EQ(queued.status, 200);
  EXPECT_THAT(queued.body, HasSubstr(R"("status":"queued")"));
  EXPECT_THAT(queued.body, HasSubstr(R"("frame_id":"a")"));
  const std::string event = reader.read_event();
  EXPECT_THAT(event, StartsWith("id: 1\ndata: {"));
  EXPECT_THAT(event, HasSubstr(R"("type":"detection_result")"));
  EXPECT_THAT(event, Not(HasSubstr("event:")));
}

TEST(sse_stream, several_readers_hear_the_same) {
  LiveServer live;
  open_session(live);
  Client first(live.port());
  Client second(live.port());
  first.get("/stream/events/mine");
  second.get("/stream/events/mine");
  first.read_event();
  second.read_event();
  Client(live.port()).post("/stream/process/mine", process_body("a"));
  EXPECT_EQ(first.read_event(), second.read_event());
}

TEST(sse_stream, a_reader_that_leaves_is_forgotten) {
  LiveServer live;
  open_session(live);
  {
    Client reader(live.port());
    reader.get("/stream/events/mine");
    reader.read_event();
    EXPECT_EQ(live.registry().find("mine")->view().viewers, 1);
  }
  int viewers = 1;
  for (int i = 0; i < 1000 && viewers != 0; ++i) {
    Client(live.port()).get("/api/v1/health");
    viewers = live.registry().find("mine")->view().viewers;
  }
  EXPECT_EQ(viewers, 0);
}

TEST(sse_stream, quiet_stream_is_kept_alive) {
  LiveOptions options = live_options();
  options.server.sse_comment = std::chrono::milliseconds(200);
  options.server.heartbeat = std::chrono::milliseconds(700);
  LiveServer live(std::move(options));
  open_session(live);
  Client reader(live.port());
  reader.get("/stream/events/mine");
  reader.read_event();
  EXPECT_THAT(reader.read_event(), StartsWith(":"));
  std::string event;
  while ((event = reader.read_event()).starts_with(":")) {
  }
  EXPECT_THAT(event, StartsWith(R"(data: {"type":"ping")"));
}

TEST(sse_stream, deleted_session_ends_its_streams) {
  LiveServer live;
  open_session(live);
  Client reader(live.port());
  reader.get("/stream/events/mine");
  reader.read_event();
  EXPECT_EQ(Client(live.port()).ask("DELETE /stream/sessions/mine HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200);
  EXPECT_THAT(reader.read_event(), HasSubstr(R"("type":"session_closing")"));
  EXPECT_EQ(reader.read_event(), "");
  EXPECT_TRUE(reader.at_end());
}

TEST(sse_stream, reader_of_events_that_stops_reading_is_ended_and_the_other_hears_all) {
  LiveServer live(with_large_results());
  Client poster(live.port());
  ASSERT_EQ(poster.post("/stream/sessions?session_id=mine", R"({"fps_limit":30,"delivery":"all","max_detections":300})").status,
            200);
  std::unique_ptr<Client> stopped;
  {
    const SmallBuffers small;
    stopped = std::make_unique<Client>(live.port());
  }
  EXPECT_EQ(stopped->get("/stream/events/mine").status, 200);
  Client reader(live.port());
  reader.get("/stream/events/mine");
  reader.read_event();
  int viewers = 2;
  for (int frame = 1; frame <= 400 && viewers == 2; ++frame) {
    const auto verdict = poster.post("/stream/process/mine?wait=20000", small_jpeg(), "Content-Type: image/jpeg\r\n");
    ASSERT_THAT(verdict.body, HasSubstr("detection_result"));
    EXPECT_THAT(reader.read_event(), HasSubstr("\"seq\":" + std::to_string(frame) + ","));
    viewers = live.registry().find("mine")->view().viewers;
  }
  EXPECT_EQ(viewers, 1);
}

}  // namespace
}  // namespace hazard::serve
