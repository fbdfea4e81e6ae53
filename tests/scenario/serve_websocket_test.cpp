// WebSocket streams on a live socket: refusals before the upgrade, frames and their verdicts, closing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>

#include "scenario/serve_fixture.hpp"
#include "wire/client_message.hpp"

namespace hazard::scenario {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string envelope(std::string_view picture) {
  const auto bytes = wire::make_frame_envelope(
      7, 0, "", {reinterpret_cast<const std::uint8_t*>(picture.data()), picture.size()});
  return {bytes.begin(), bytes.end()};
}

struct BadQuery {
  const char* query;
  int status;
  const char* names;
};
void PrintTo(const BadQuery& bad, std::ostream* out) { *out << bad.query; }

class RefusedHandshake : public testing::TestWithParam<BadQuery> {};

TEST_P(RefusedHandshake, is_answered_in_json_before_the_upgrade) {
  LiveServer live;
  Client client(live.port());
  const auto reply = client.upgrade(GetParam().query);
  EXPECT_EQ(reply.status, GetParam().status) << reply.body;
  EXPECT_THAT(reply.body, StartsWith("{\"detail\":\""));
  EXPECT_THAT(reply.body, HasSubstr(GetParam().names));
  EXPECT_TRUE(live.registry().all().empty());
  EXPECT_EQ(client.get("/api/v1/health").status, 200);  // the connection lives
}

INSTANTIATE_TEST_SUITE_P(serve_websocket, RefusedHandshake,
                         testing::Values(BadQuery{"?fps_limit=0", 422, "fps_limit"}, BadQuery{"?fps_limit=31", 422, "fps_limit"},
                                         BadQuery{"?fps_limit=x", 422, "fps_limit"}, BadQuery{"?session_id=a%20b", 422, "session_id"},
                                         BadQuery{"?quality_mode=best", 422, "quality_mode"}, BadQuery{"?delivery=some", 422, "delivery"},
                                         BadQuery{"?max_age_ms=49", 422, "max_age_ms"}, BadQuery{"?resume=0123&session_id=x", 403, "resume"}));

TEST(serve_websocket, a_foreign_origin_is_refused_and_a_listed_one_passes) {
  LiveServer live;
  EXPECT_EQ(Client(live.port()).upgrade("", "Origin: https://evil.example\r\n").status, 403);
  EXPECT_EQ(Client(live.port()).upgrade("", "Origin: null\r\n").status, 403);
  EXPECT_EQ(Client(live.port()).upgrade("", "Origin: http://127.0.0.1:5500\r\n").status, 101);
}

TEST(serve_websocket, a_handshake_that_is_none_is_400) {
  LiveServer live;
  EXPECT_EQ(Client(live.port()).get("/stream/detection").status, 400);
  const std::string lines = "Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const auto reply = Client(live.port()).get("/stream/detection", lines + "Sec-WebSocket-Version: 8\r\n");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.headers.at("sec-websocket-version"), "13");
  EXPECT_EQ(Client(live.port()).get("/stream/detection", "Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                                         "Sec-WebSocket-Key: short\r\n").status, 400);
}

TEST(serve_websocket, greets_first) {
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

TEST(serve_websocket, what_is_sent_together_with_the_handshake_is_not_lost) {
  LiveServer live;
  Client client(live.port());
  const std::string ping = Client::masked_frame(1, R"({"type":"ping","n":1})") + Client::masked_frame(1, R"({"type":"ping","n":2})");
  EXPECT_EQ(client.upgrade("", "", ping).status, 101);
  EXPECT_THAT(client.read_message().payload, HasSubstr("session_created"));
  EXPECT_THAT(client.read_message().payload, HasSubstr(R"("n":1)"));
  EXPECT_THAT(client.read_message().payload, HasSubstr(R"("n":2)"));
}

TEST(serve_websocket, text_and_binary_frames_get_their_verdicts_in_order) {
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

TEST(serve_websocket, mistakes_are_answered_and_the_connection_lives) {
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

TEST(serve_websocket, answers_pings_and_close) {
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

TEST(serve_websocket, a_message_beyond_the_frame_limit_is_closed_with_1009) {
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

TEST(serve_websocket, text_that_ends_inside_a_character_is_closed_with_1007) {
  LiveServer live;
  Client client(live.port());
  ASSERT_EQ(client.upgrade().status, 101);
  client.read_message();
  client.send_frame(1, "\"\xE2\x82", false);
  client.send_frame(0, "", true);
  EXPECT_EQ(client.read_message().close_code, 1007);
}

TEST(serve_websocket, the_session_ends_with_its_connection) {
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

TEST(serve_websocket, a_session_deleted_by_another_says_goodbye) {
  LiveServer live;
  Client client(live.port());
  ASSERT_EQ(client.upgrade("?session_id=mine").status, 101);
  client.read_message();
  EXPECT_EQ(Client(live.port()).ask("DELETE /stream/sessions/mine HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200);
  EXPECT_THAT(client.read_message().payload, HasSubstr(R"("type":"session_closing")"));
  EXPECT_EQ(client.read_message().close_code, 1000);
}

TEST(serve_websocket, a_quiet_stream_hears_pings_and_a_dead_one_is_ended) {
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

TEST(serve_websocket, latest_frame_supersedes_one_that_waits) {
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

}  // namespace
}  // namespace hazard::scenario
