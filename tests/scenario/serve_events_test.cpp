// REST sessions and their event streams on a live socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>

#include "scenario/serve_fixture.hpp"

namespace hazard::scenario {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string process_body(std::string_view frame_id) {
  return R"({"frame_id":")" + std::string(frame_id) + R"(","image_data":"data:image/jpeg;base64,)" + base64_of(small_jpeg()) + R"("})";
}

// A session "mine" that answers every frame.
void open_session(LiveServer& live, std::string_view body = R"({"fps_limit":30,"delivery":"all"})") {
  EXPECT_EQ(Client(live.port()).post("/stream/sessions?session_id=mine", body).status, 200);
}

HttpReply listen(Client& client, std::string_view target = "/stream/events/mine", std::string_view lines = {}) {
  return client.get(target, lines);
}

TEST(serve_events, session_answers_what_old_clients_read) {
  LiveServer live;
  Client client(live.port());
  const auto reply = client.post("/stream/sessions?session_id=mine", R"({"fps_limit":5})", "Content-Type: text/plain;charset=UTF-8\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr(R"("sse_endpoint":"/stream/events/mine")"));
  EXPECT_THAT(reply.body, HasSubstr(R"("upload_endpoint":"/stream/process/mine")"));
  EXPECT_EQ(client.post("/stream/sessions?session_id=mine", "{}").status, 409);
  EXPECT_EQ(client.post("/stream/sessions", R"({"fps_limit":0})").status, 422);
  EXPECT_EQ(client.post("/stream/sessions", "", "Content-Type: application/json\r\n").status, 200);
}

TEST(serve_events, unknown_client_is_404_everywhere) {
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

TEST(serve_events, patch_changes_only_what_it_names) {
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

TEST(serve_events, stream_starts_and_carries_results_as_unnamed_single_lines) {
  LiveServer live;
  open_session(live);
  Client reader(live.port());
  const auto head = listen(reader);
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

TEST(serve_events, reader_that_comes_back_hears_what_it_missed) {
  LiveServer live;
  open_session(live);
  Client poster(live.port());
  for (const char* id : {"a", "b", "c"}) {
    EXPECT_THAT(poster.post("/stream/process/mine?wait=20000", process_body(id)).body, HasSubstr(id));
  }
  for (const auto& [target, line] : {std::pair{"/stream/events/mine", "Last-Event-ID: 1\r\n"},
                                     std::pair{"/stream/events/mine?last_event_id=1", ""}}) {
    Client reader(live.port());
    EXPECT_EQ(listen(reader, target, line).status, 200);
    reader.read_event();
    const std::string second = reader.read_event();
    EXPECT_THAT(second, StartsWith("id: 2\n"));
    EXPECT_THAT(second, HasSubstr(R"("replayed":true)"));
    EXPECT_THAT(reader.read_event(), StartsWith("id: 3\n"));
  }
}

TEST(serve_events, replay_longer_than_the_outbox_says_the_gap_of_the_ring_only) {
  LiveServer live;
  open_session(live);
  Client poster(live.port());
  for (int i = 0; i < 300; ++i) {
    ASSERT_EQ(poster.post("/stream/process/mine?wait=20000", R"({"image_data":""})").status, 422);
  }
  Client reader(live.port());
  listen(reader, "/stream/events/mine?last_event_id=0");
  reader.read_event();
  EXPECT_EQ(reader.read_event(), R"(data: {"type":"gap","from":1,"to":44})");
  for (int event = 45; event <= 300; ++event) {
    ASSERT_THAT(reader.read_event(), StartsWith("id: " + std::to_string(event) + "\n"));
  }
}

TEST(serve_events, several_readers_hear_the_same) {
  LiveServer live;
  open_session(live);
  Client first(live.port());
  Client second(live.port());
  listen(first);
  listen(second);
  first.read_event();
  second.read_event();
  Client(live.port()).post("/stream/process/mine", process_body("a"));
  EXPECT_EQ(first.read_event(), second.read_event());
}

TEST(serve_events, a_reader_that_leaves_is_forgotten) {
  LiveServer live;
  open_session(live);
  {
    Client reader(live.port());
    listen(reader);
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

TEST(serve_events, quiet_stream_is_kept_alive) {
  LiveOptions options = live_options();
  options.server.sse_comment = std::chrono::milliseconds(200);
  options.server.heartbeat = std::chrono::milliseconds(700);
  LiveServer live(std::move(options));
  open_session(live);
  Client reader(live.port());
  listen(reader);
  reader.read_event();
  EXPECT_THAT(reader.read_event(), StartsWith(":"));
  std::string event;
  while ((event = reader.read_event()).starts_with(":")) {
  }
  EXPECT_THAT(event, StartsWith(R"(data: {"type":"ping")"));
}

TEST(serve_events, deleted_session_ends_its_streams) {
  LiveServer live;
  open_session(live);
  Client reader(live.port());
  listen(reader);
  reader.read_event();
  EXPECT_EQ(Client(live.port()).ask("DELETE /stream/sessions/mine HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200);
  EXPECT_THAT(reader.read_event(), HasSubstr(R"("type":"session_closing")"));
  EXPECT_EQ(reader.read_event(), "");
  EXPECT_TRUE(reader.at_end());
}

TEST(serve_events, head_and_foreign_origin) {
  LiveServer live;
  open_session(live);
  Client client(live.port());
  client.send("HEAD /stream/events/mine HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.read_reply(true).status, 200);
  EXPECT_EQ(listen(client, "/stream/events/mine", "Origin: https://evil.example\r\n").status, 403);
  const auto allowed = listen(client, "/stream/events/mine", "Origin: http://localhost:3000\r\n");
  EXPECT_EQ(allowed.headers.at("access-control-allow-origin"), "http://localhost:3000");
}

TEST(serve_process, takes_raw_pictures_and_forms) {
  LiveServer live;
  open_session(live);
  Client client(live.port());
  const auto raw = client.post("/stream/process/mine?wait=20000", small_jpeg(),
                               "Content-Type: image/jpeg\r\nX-Frame-Id: f1\r\nX-Capture-Time: 1700000000.25\r\nX-Location: 52.5,13.4\r\n");
  EXPECT_EQ(raw.status, 200);
  EXPECT_THAT(raw.body, HasSubstr(R"("frame_id":"f1")"));
  EXPECT_THAT(raw.body, HasSubstr("1700000000.25"));
  const auto form = client.post("/stream/process/mine?wait=20000", multipart("file", "a.jpg", "image/jpeg", small_jpeg()),
                                "Content-Type: multipart/form-data; boundary=edge\r\n");
  EXPECT_EQ(form.status, 200);
  EXPECT_THAT(form.body, HasSubstr(R"("type":"detection_result")"));
}

TEST(serve_process, refuses_with_the_status_of_the_mistake_and_counts_the_frame) {
  LiveServer live;
  open_session(live);
  Client client(live.port());
  const auto status = [&client](std::string_view body, std::string_view lines = {}) {
    return client.post("/stream/process/mine", body, lines).status;
  };
  EXPECT_EQ(status(R"({"image_data":""})"), 422);
  EXPECT_EQ(status(R"({"image_data":"*"})"), 400);
  EXPECT_EQ(status("nonsense"), 422);
  EXPECT_EQ(status(small_jpeg(), "Content-Type: image/jpeg\r\nX-Capture-Time: soon\r\n"), 422);
  EXPECT_EQ(status(small_jpeg(), "Content-Type: image/jpeg\r\nX-Location: north\r\n"), 422);
  EXPECT_EQ(client.post("/stream/process/mine?wait=x", process_body("a")).status, 422);
  EXPECT_EQ(client.post("/stream/process/mine?wait=25001", process_body("a")).status, 422);
  const auto counters = live.registry().find("mine")->counters();
  EXPECT_EQ(counters.received, counters.total_errors());
  EXPECT_EQ(counters.in_flight, 0U);
  EXPECT_GE(counters.received, 4U);
}

TEST(serve_process, undecodable_picture_is_200_with_its_error_when_waited_for) {
  LiveServer live;
  open_session(live);
  const auto reply = Client(live.port()).post("/stream/process/mine?wait=20000", "\xFF\xD8\xFF garbage", "Content-Type: image/jpeg\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr(R"("type":"error")"));
}

TEST(serve_process, full_queue_is_429_at_once_and_a_wait_ends_at_its_deadline) {
  std::latch begun(1);
  std::latch go_on(1);
  LiveOptions options = live_options();
  options.registry.limits.stream.queue_size = 1;
  options.script.on_infer = [&, first = true]() mutable -> domain::Result<void> {
    if (std::exchange(first, false)) {
      begun.count_down();
      go_on.wait();
    }
    return {};
  };
  LiveServer live(std::move(options));
  open_session(live);
  Client client(live.port());
  EXPECT_EQ(client.post("/stream/process/mine", process_body("a")).status, 200);
  begun.wait();
  HttpReply refused;
  for (int i = 0; i < 3 && refused.status != 429; ++i) refused = client.post("/stream/process/mine?wait=1", process_body("b"));
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.body, HasSubstr("queue_full"));
  EXPECT_TRUE(refused.headers.contains("retry-after"));
  go_on.count_down();
}

}  // namespace
}  // namespace hazard::scenario
