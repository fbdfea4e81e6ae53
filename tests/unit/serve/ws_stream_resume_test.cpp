// WebSockets that are lost and come back, on live sockets.
#include "serve/ws_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/live_server.hpp"
#include "support/owner.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kQuery = "?session_id=mine&delivery=all&fps_limit=30";

// Greeted; the token.
std::string begin(Client& client, std::string_view query = kQuery) {
  EXPECT_EQ(client.upgrade(query).status, 101);
  return token_in(client.read_message().payload);
}

std::string resume_query(std::string_view token, std::string_view more = {}) {
  return "?session_id=mine&resume=" + std::string(token) + std::string(more);
}

// The next text message; pings on the way are not answered.
std::string next_text(Client& client) {
  while (true) {
    const auto message = client.read_message();
    if (message.opcode != 9) return message.payload;
  }
}

// Answers the ping behind the welcome, and waits until the server has taken it in.
void prove_arrival(Client& client) {
  auto message = client.read_message();
  while (message.opcode == 1) message = client.read_message();
  ASSERT_EQ(message.opcode, 9);
  client.send_frame(10, message.payload);
  client.send_text(R"({"type":"ping"})");
  EXPECT_THAT(next_text(client), HasSubstr("pong"));
}

std::string result_for(Client& client, std::string_view label) {
  client.send_text(frame_message(label));
  return next_text(client);
}

// Until the server has noticed that nobody speaks for the session (any more).
bool detached(LiveServer& live, bool wanted = true) {
  for (int i = 0; i < 10'000; ++i) {
    const auto session = live.registry().find("mine");
    if (session && session->detached_since().has_value() == wanted) return true;
    Client(live.port()).get("/api/v1/health");
  }
  return false;
}

bool gone(LiveServer& live) {
  for (int i = 0; i < 10'000; ++i) {
    if (live.registry().find("mine") == nullptr) return true;
    Client(live.port()).get("/api/v1/health");
  }
  return false;
}

TEST(ws_stream_resume, a_lost_connection_goes_on_with_what_was_missed_and_the_same_tracks) {
  LiveServer live;
  std::string token;
  {
    Client client(live.port());
    token = begin(client);
    EXPECT_EQ(member(result_for(client, "a"), "track_id"), "1");
    EXPECT_EQ(member(result_for(client, "b"), "event"), "2");
  }
  ASSERT_TRUE(detached(live));
  live.registry().find("mine")->offer(wire::FrameMessage{}, std::chrono::steady_clock::now());  // a frame of a reader's, say

  Client back(live.port());
  ASSERT_EQ(back.upgrade(resume_query(token, "&last_event=1")).status, 101);
  const auto welcome = back.read_message().payload;
  EXPECT_EQ(member(welcome, "type"), "session_resumed");
  EXPECT_EQ(member(welcome, "session_id"), "mine");
  EXPECT_EQ(member(welcome, "last_seq"), "3");
  EXPECT_NE(token_in(welcome), token);
  const auto missed = next_text(back);
  EXPECT_THAT(missed, StartsWith(R"({"replayed":true,)"));
  EXPECT_EQ(member(missed, "frame_id"), "b");
  EXPECT_EQ(member(next_text(back), "event"), "3");
  const auto live_one = result_for(back, "c");
  EXPECT_THAT(live_one, Not(HasSubstr("replayed")));
  EXPECT_EQ(member(live_one, "seq"), "4");
  EXPECT_EQ(member(live_one, "track_id"), "1");
}

TEST(ws_stream_resume, what_the_socket_was_handed_is_not_sent_again) {
  LiveServer live;
  std::string token;
  {
    Client client(live.port());
    token = begin(client);
    result_for(client, "a");
  }
  ASSERT_TRUE(detached(live));
  Client back(live.port());
  ASSERT_EQ(back.upgrade(resume_query(token)).status, 101);
  EXPECT_THAT(back.read_message().payload, HasSubstr("session_resumed"));
  EXPECT_EQ(member(result_for(back, "b"), "event"), "2");
}

TEST(ws_stream_resume, a_clean_close_ends_the_session_and_any_other_does_not) {
  const std::pair<std::string, bool> closes[] = {{"\x03\xE8", true}, {"", true}, {"\x03\xE9", false}, {"\x0F\xA0", false}};
  for (const auto& [code, ends] : closes) {
    LiveServer live;
    Client client(live.port());
    begin(client);
    client.send_frame(8, code);
    client.read_message();
    EXPECT_TRUE(client.at_end());
    EXPECT_TRUE(ends ? gone(live) : detached(live)) << code.size();
  }
}

TEST(ws_stream_resume, misuse_ends_the_session) {
  LiveOptions options = live_options();
  options.server.frame_bytes_max = options.registry.limits.frame_bytes_max = 100'000;
  const std::pair<int, std::string> misuses[] = {{2, std::string(200'000, 'x')}, {1, "\xFF"}, {3, "reserved"}};
  for (const auto& [opcode, payload] : misuses) {
    LiveServer live(options);
    {
      Client client(live.port());
      begin(client);
      client.send_frame(opcode, payload);
      EXPECT_EQ(client.read_message().opcode, 8) << opcode;
    }
    EXPECT_TRUE(gone(live)) << opcode;
  }
}

TEST(ws_stream_resume, takes_over_a_connection_that_looks_alive_and_counts_nothing_of_it) {
  LiveServer live;
  Client old(live.port());
  const auto token = begin(old);
  Client back(live.port());
  ASSERT_EQ(back.upgrade(resume_query(token)).status, 101);
  EXPECT_THAT(back.read_message().payload, HasSubstr("session_resumed"));
  old.send_text(frame_message("too late"));
  const auto closing = old.read_message().payload;
  EXPECT_EQ(member(closing, "type"), "session_closing");
  EXPECT_EQ(member(closing, "reason"), "replaced");
  EXPECT_EQ(member(closing, "reconnect"), "false");
  EXPECT_EQ(old.read_message().close_code, 1001);
  old.send_frame(8, "\x03\xE8");
  EXPECT_TRUE(old.at_end());
  EXPECT_EQ(member(result_for(back, "mine"), "seq"), "1");
}

TEST(ws_stream_resume, a_welcome_that_was_lost_can_be_asked_for_again) {
  LiveServer live;
  Client client(live.port());
  const auto token = begin(client);
  for (int i = 0; i < 3; ++i) {
    Client cut(live.port());
    ASSERT_EQ(cut.upgrade(resume_query(token)).status, 101);
  }
  Client back(live.port());
  ASSERT_EQ(back.upgrade(resume_query(token)).status, 101);
  EXPECT_THAT(back.read_message().payload, HasSubstr("session_resumed"));
}

TEST(ws_stream_resume, a_token_is_spent_once_the_next_one_has_arrived) {
  LiveServer live;
  Client client(live.port());
  const auto token = begin(client);
  Client back(live.port());
  ASSERT_EQ(back.upgrade(resume_query(token)).status, 101);
  prove_arrival(back);
  EXPECT_EQ(Client(live.port()).upgrade(resume_query(token)).status, 403);
}

TEST(ws_stream_resume, refuses_in_the_same_words_whether_the_session_exists_or_not) {
  LiveServer live;
  Client client(live.port());
  const auto token = begin(client);
  const auto words = [&](const std::string& query) {
    const auto reply = Client(live.port()).upgrade(query);
    EXPECT_EQ(reply.status, 403) << query;
    return reply.body.substr(0, reply.body.find("request_id"));
  };
  const auto wrong = words(resume_query(std::string(32, '0')));
  EXPECT_THAT(wrong, HasSubstr(R"("code":"resume_refused")"));
  EXPECT_EQ(words("?session_id=nobody&resume=" + token), wrong);
  EXPECT_EQ(words("?resume=" + token), wrong);
  EXPECT_EQ(words("?session_id=mine&resume="), wrong);
  EXPECT_EQ(Client(live.port()).upgrade("?session_id=mine").status, 409) << "the id without its token";
  EXPECT_EQ(Client(live.port()).upgrade(resume_query(token, "&last_event=x")).status, 422);
  EXPECT_EQ(member(result_for(client, "still here"), "seq"), "1");
}

TEST(ws_stream_resume, the_servers_end_is_told_and_the_session_is_kept_for_the_next) {
  LiveServer live;
  Client client(live.port());
  begin(client);
  live.server().drain();
  EXPECT_EQ(member(client.read_message().payload, "reason"), "server_closing");
  EXPECT_EQ(client.read_message().close_code, 1012);
  client.send_frame(8, "\x03\xE8");  // whatever the client answers: it was the server that closed
  EXPECT_TRUE(client.at_end());
  live.server().join();
  live.registry().pipeline().stop();
  EXPECT_EQ(live.registry().save().size(), 1u);
}

TEST(routes_sessions_resume, an_event_streams_session_is_resumed_by_post) {
  LiveServer live;
  const auto opened = Client(live.port()).post("/stream/sessions?session_id=mine", R"({"fps_limit":7})").body;
  EXPECT_EQ(member(opened, "resumed"), "false");
  const auto token = token_in(opened);
  const auto again = Client(live.port()).post("/stream/sessions" + resume_query(token), R"({"fps_limit":3})");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(member(again.body, "resumed"), "true");
  EXPECT_EQ(member(again.body, "fps_limit"), "7") << "it goes on as it was";
  EXPECT_NE(token_in(again.body), token);
  EXPECT_EQ(Client(live.port()).post("/stream/sessions" + resume_query("wrong"), "").status, 403);
  EXPECT_EQ(Client(live.port()).post("/stream/sessions?session_id=nobody&resume=" + token, "").status, 403);
  EXPECT_EQ(Client(live.port()).post("/stream/sessions?session_id=mine", "").status, 409);
  EXPECT_THAT(Client(live.port()).get("/metrics").body, HasSubstr("hazardstream_stream_resumes_total{outcome=\"resumed\"} 1\n"));
  EXPECT_THAT(Client(live.port()).get("/metrics").body, HasSubstr("hazardstream_stream_resumes_total{outcome=\"refused\"} 2\n"));
}

}  // namespace
}  // namespace hazard::serve
