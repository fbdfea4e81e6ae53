// WebSocket streams on a live socket: frames and their verdicts, mistakes, floods, closing.
#include "serve/ws_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <latch>
#include <string>
#include <utility>

#include "domain/limits.hpp"
#include "support/live_server.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;

TEST(ws_stream, knows_text_that_ends_inside_a_character) {
  for (const char* text : {"", "a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "ab"})
    EXPECT_FALSE(ends_inside_character(text)) << text;
  for (const char* text : {"\xC3", "a\xE2", "a\xE2\x82", "\xF0", "\xF0\x9F", "\xF0\x9F\x98"})
    EXPECT_TRUE(ends_inside_character(text)) << text;
}

TEST(ws_stream, greets_first) {
  LiveServer live;
  Client client(live.port());
  const auto reply = client.upgrade("?fps_limit=5&session_id=mine");
  EXPECT_EQ(reply.status, 101);
  EXPECT_EQ(reply.headers.at("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_FALSE(reply.headers.contains("sec-websocket-extensions"));
  const auto greeting = client.read_message();
  EXPECT_EQ(greeting.opcode, 1);
  EXPECT_THAT(greeting.payload, HasSubstr(R"("type":"session_created")"));
  EXPECT_THAT(greeting.payload, HasSubstr(R"("session_id":"mine")"));
  EXPECT_EQ(Client(live.port()).upgrade("?session_id=mine").status, 409);
}

TEST(ws_stream, what_is_sent_together_with_the_handshake_is_not_lost) {
  LiveServer live;
  Client client(live.port());
  const std::string ping =
      Client::masked_frame(1, R"({"type":"ping","n":1})") + Client::masked_frame(1, R"({"type":"ping","n":2})");
  EXPECT_EQ(client.upgrade("", "", ping).status, 101);
  EXPECT_THAT(client.read_message().payload, HasSubstr("session_created"));
  EXPECT_THAT(client.read_message().payload, HasSubstr(R"("n":1)"));
  EXPECT_THAT(client.read_message().payload, HasSubstr(R"("n":2)"));
}

TEST(ws_stream, text_and_binary_frames_get_their_verdicts_in_order) {
  LiveServer live;
  Client client(live.port());
  ASSERT_EQ(client.upgrade("?delivery=all&fps_limit=30").status, 101);
  client.read_message();
  client.send_text(frame_message("first"));
  client.send_binary(envelope(small_jpeg()));
  const auto first = client.read_message();
  EXPECT_THAT(first.payload, HasSubstr(R"("type":"detection_result")"));
  EXPECT_THAT(first.payload, HasSubstr(R"("frame_id":"first")"));
  EXPECT_THAT(first.payload, HasSubstr(R"("class_name":"pothole")"));
  const auto second = client.read_message();
  EXPECT_THAT(second.payload, HasSubstr(R"("frame_id":"7")"));
  EXPECT_THAT(second.payload, HasSubstr(R"("seq":2)"));
}

TEST(ws_stream, mistakes_are_answered_and_the_connection_lives) {
  LiveServer live;
  Client client(live.port());
  ASSERT_EQ(client.upgrade().status, 101);
  client.read_message();
  const auto answer_to = [&client](std::string_view text) {
    client.send_text(text);
    return client.read_message().payload;
  };
  EXPECT_THAT(answer_to("no json"), HasSubstr("invalid_json"));
  EXPECT_THAT(answer_to(R"({"type":"dance"})"), HasSubstr("unknown_message_type"));
  EXPECT_THAT(answer_to(R"({"type":"frame"})"), HasSubstr("missing_image"));
  EXPECT_THAT(answer_to(R"({"type":"config_update","config":{"fps_limit":99}})"), HasSubstr("invalid_value"));
  EXPECT_THAT(answer_to(R"({"type":"config_update","config":{"fps_limit":9}})"), HasSubstr("config_updated"));
  EXPECT_THAT(answer_to(R"({"type":"stats"})"), HasSubstr(R"("type":"stats")"));
  client.send_binary("XXXX");
  EXPECT_THAT(client.read_message().payload, HasSubstr("invalid_envelope"));
  EXPECT_THAT(answer_to(R"({"type":"ping","timestamp":1})"), HasSubstr(R"("type":"pong")"));
}

TEST(ws_stream, answers_pings_and_close) {
  LiveServer live;
  Client client(live.port());
  ASSERT_EQ(client.upgrade().status, 101);
  client.read_message();
  client.send_frame(9, "abc");
  const auto pong = client.read_message();
  EXPECT_EQ(pong.opcode, 10);
  EXPECT_EQ(pong.payload, "abc");
  client.send_frame(8, "\x03\xE8");
  const auto close = client.read_message();
  EXPECT_EQ(close.opcode, 8);
  EXPECT_EQ(close.close_code, 1000);
  EXPECT_TRUE(client.at_end());
}

TEST(ws_stream, a_message_beyond_the_frame_limit_is_closed_with_1009) {
  LiveOptions options = live_options();
  options.server.frame_bytes_max = options.registry.limits.frame_bytes_max = 100'000;
  LiveServer live(std::move(options));
  {
    Client client(live.port());
    ASSERT_EQ(client.upgrade().status, 101);
    client.read_message();
    client.send_binary(std::string(100'000 + 24 + 4096, 'x'));
    EXPECT_THAT(client.read_message().payload, HasSubstr("invalid_envelope"));
    client.send_binary(std::string(100'000 + 24 + 4096 + 1, 'x'));
    EXPECT_EQ(client.read_message().close_code, 1009);
  }
  Client client(live.port());
  ASSERT_EQ(client.upgrade().status, 101);
  client.read_message();
  client.send_text(std::string(domain::text_message_bytes_max(100'000) + 1, ' '));
  EXPECT_EQ(client.read_message().close_code, 1009);
  EXPECT_TRUE(client.at_end());
}

TEST(ws_stream, text_that_ends_inside_a_character_is_closed_with_1007) {
  LiveServer live;
  Client client(live.port());
  ASSERT_EQ(client.upgrade().status, 101);
  client.read_message();
  client.send_frame(1, "\"\xE2\x82", false);
  client.send_frame(0, "", true);
  EXPECT_EQ(client.read_message().close_code, 1007);
}

TEST(ws_stream, the_session_ends_with_its_connection) {
  LiveServer live;
  {
    Client client(live.port());
    ASSERT_EQ(client.upgrade("?session_id=mine").status, 101);
    client.read_message();
    client.send_frame(8, "\x03\xE8");
    client.read_message();
    EXPECT_TRUE(client.at_end());
  }
  EXPECT_EQ(Client(live.port()).get("/stream/sessions/mine").status, 404);
  EXPECT_TRUE(live.registry().all().empty());
}

TEST(ws_stream, a_session_deleted_by_another_says_goodbye) {
  LiveServer live;
  Client client(live.port());
  ASSERT_EQ(client.upgrade("?session_id=mine").status, 101);
  client.read_message();
  EXPECT_EQ(Client(live.port()).ask("DELETE /stream/sessions/mine HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200);
  EXPECT_THAT(client.read_message().payload, HasSubstr(R"("type":"session_closing")"));
  EXPECT_EQ(client.read_message().close_code, 1000);
}

TEST(ws_stream, a_quiet_stream_hears_pings_and_a_dead_one_is_ended) {
  LiveOptions options = live_options();
  options.server.heartbeat = std::chrono::milliseconds(300);
  LiveServer live(std::move(options));
  Client client(live.port());
  ASSERT_EQ(client.upgrade().status, 101);
  client.read_message();
  // It never answers the ping that follows, so the server takes it for gone.
  bool message = false;
  bool control = false;
  for (auto next = client.read_message(); next.opcode != -1; next = client.read_message()) {
    message = message || next.payload.find(R"("type":"ping")") != std::string::npos;
    control = control || next.opcode == 9;
  }
  EXPECT_TRUE(message);
  EXPECT_TRUE(control);
}

TEST(ws_stream, latest_frame_supersedes_one_that_waits) {
  std::latch begun(1);
  std::latch go_on(1);
  LiveOptions options = live_options();
  options.script.on_infer = [&, first = true]() mutable -> domain::Result<void> {
    if (std::exchange(first, false)) {
      begun.count_down();
      go_on.wait();
    }
    return {};
  };
  LiveServer live(std::move(options));
  Client client(live.port());
  ASSERT_EQ(client.upgrade("?fps_limit=30&max_age_ms=10000").status, 101);
  client.read_message();
  client.send_text(frame_message("a"));
  begun.wait();
  client.send_text(frame_message("b"));
  client.send_text(frame_message("c"));
  const auto dropped = client.read_message();
  EXPECT_THAT(dropped.payload, HasSubstr(R"("type":"frame_dropped")"));
  EXPECT_THAT(dropped.payload, HasSubstr(R"("frame_id":"b")"));
  go_on.count_down();
  EXPECT_THAT(client.read_message().payload, HasSubstr(R"("frame_id":"a")"));
  EXPECT_THAT(client.read_message().payload, HasSubstr(R"("frame_id":"c")"));
}

TEST(ws_stream, socket_that_asks_without_reading_is_ended) {
  LiveServer live(with_large_results());
  const SmallBuffers small;
  Client client(live.port());
  ASSERT_EQ(client.upgrade().status, 101);
  const std::string question = R"({"type":"ping","echo":")" + std::string(4000, 'x') + "\"}";
  // The server says goodbye once its outbox is full and ends the connection when its time for that is over.
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  bool alive = true;
  while (alive && std::chrono::steady_clock::now() < give_up) alive = client.send_text(question);
  EXPECT_FALSE(alive);
}

TEST(ws_stream, client_in_the_middle_of_too_large_a_message_learns_why_it_is_closed) {
  LiveServer live;
  Client client(live.port());
  ASSERT_EQ(client.upgrade().status, 101);
  client.read_message();
  EXPECT_TRUE(client.send_frame(2, std::string(20'000'000, 'x')));
  EXPECT_EQ(client.read_message().close_code, 1009);
  client.half_close();
  EXPECT_TRUE(client.at_end());
}

TEST(ws_stream, message_that_never_ends_is_closed) {
  LiveOptions options = live_options();
  options.server.message_deadline = std::chrono::milliseconds(200);
  LiveServer live(std::move(options));
  Client client(live.port());
  ASSERT_EQ(client.upgrade().status, 101);
  client.read_message();
  client.send_frame(1, "{", false);
  EXPECT_THAT(client.read_message().payload, HasSubstr(R"("reason":"too_slow")"));
  EXPECT_EQ(client.read_message().close_code, 1008);
}

TEST(ws_stream, messages_beyond_what_all_may_hold_are_closed_with_1013) {
  LiveOptions options = live_options();
  options.server.message_bytes_max = 100'000;
  LiveServer live(std::move(options));
  Client client(live.port());
  ASSERT_EQ(client.upgrade().status, 101);
  client.read_message();
  client.send_binary(std::string(300'000, 'x'));
  EXPECT_THAT(client.read_message().payload, HasSubstr(R"("reason":"overloaded")"));
  EXPECT_EQ(client.read_message().close_code, 1013);
}

TEST(ws_stream, flood_of_pings_is_closed_with_1008) {
  LiveServer live;
  Client client(live.port());
  ASSERT_EQ(client.upgrade().status, 101);
  client.read_message();
  std::string pings;
  for (int i = 0; i < 1000; ++i) pings += Client::masked_frame(9, "");
  client.send(pings);
  WsMessage last;
  while (last.opcode != 8) {
    last = client.read_message();
    ASSERT_NE(last.opcode, -1);
  }
  EXPECT_EQ(last.close_code, 1008);
}

TEST(ws_stream, without_grace_a_client_that_vanishes_takes_its_session_along_and_the_counters_add_up) {
  std::latch begun(1);
  std::latch go_on(1);
  LiveOptions options = live_options();
  options.registry.limits.resume_grace = {};
  options.script.on_infer = [&, first = true]() mutable -> domain::Result<void> {
    if (std::exchange(first, false)) {
      begun.count_down();
      go_on.wait();
    }
    return {};
  };
  LiveServer live(std::move(options));
  {
    Client client(live.port());
    ASSERT_EQ(client.upgrade("?delivery=all&fps_limit=30").status, 101);
    client.read_message();
    for (const char* id : {"a", "b", "c"}) client.send_text(frame_message(id));
    begun.wait();
  }
  Client other(live.port());
  std::size_t sessions = 1;
  for (int i = 0; i < 10'000 && sessions != 0; ++i) {
    other.get("/api/v1/health");
    sessions = live.registry().all().size();
  }
  EXPECT_EQ(sessions, 0U);
  go_on.count_down();
  EXPECT_EQ(other.post("/detect", small_jpeg(), "Content-Type: image/jpeg\r\n").status, 200);  // the worker is free again
  const auto totals = live.registry().totals()->counters();
  EXPECT_EQ(totals.received, totals.results + totals.total_drops() + totals.total_errors() + totals.in_flight);
  EXPECT_EQ(totals.in_flight, 0U);
}

}  // namespace
}  // namespace hazard::serve
