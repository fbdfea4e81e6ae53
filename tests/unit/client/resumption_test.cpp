#include "client/resumption.hpp"

#include <gtest/gtest.h>

namespace hazard::client {
namespace {

constexpr const char* kTarget = "/stream/detection?fps_limit=10";
constexpr const char* kBegan = R"({"type":"session_created","session_id":"s","resume_token":"t1"})";

TEST(Resumption, begins_anew_while_there_is_nothing_to_resume) {
  Resumption stream(kTarget);
  EXPECT_FALSE(stream.can_resume());
  EXPECT_EQ(stream.target(), kTarget);
}

TEST(Resumption, goes_on_after_the_last_verdict_heard) {
  Resumption stream(kTarget);
  EXPECT_EQ(stream.hear(kBegan), Heard::began);
  EXPECT_EQ(stream.target(), "/stream/detection?session_id=s&resume=t1&last_event=0");
  EXPECT_EQ(stream.hear(R"({"type":"detection_result","event":1,"data":{"seq":1}})"), Heard::verdict);
  EXPECT_EQ(stream.hear(R"({"type":"frame_dropped","event":2,"seq":2})"), Heard::verdict);
  EXPECT_EQ(stream.target(), "/stream/detection?session_id=s&resume=t1&last_event=2");
}

TEST(Resumption, takes_the_new_token_and_what_arrived_from_the_welcome_back) {
  Resumption stream(kTarget);
  stream.hear(kBegan);
  stream.hear(R"({"type":"error","event":1,"seq":1})");
  EXPECT_EQ(stream.hear(R"({"type":"session_resumed","session_id":"s","resume_token":"t2","last_seq":7,"last_event":5})"),
            Heard::resumed);
  EXPECT_EQ(stream.frames_received(), 7u);
  EXPECT_EQ(stream.resumed(), 1u);
  EXPECT_EQ(stream.target(), "/stream/detection?session_id=s&resume=t2&last_event=1");
}

TEST(Resumption, knows_a_verdict_that_came_before) {
  Resumption stream(kTarget);
  stream.hear(kBegan);
  stream.hear(R"({"type":"error","event":1,"seq":1})");
  EXPECT_EQ(stream.hear(R"({"replayed":true,"type":"error","event":1,"seq":1})"), Heard::duplicate);
  EXPECT_EQ(stream.hear(R"({"replayed":true,"type":"error","event":2,"seq":2})"), Heard::verdict);
  EXPECT_EQ(stream.duplicates(), 1u);
}

TEST(Resumption, counts_what_a_gap_declares_gone_and_never_twice) {
  Resumption stream(kTarget);
  stream.hear(kBegan);
  stream.hear(R"({"type":"gap","from":1,"to":44})");
  EXPECT_EQ(stream.missed(), 44u);
  stream.hear(R"({"type":"gap","from":40,"to":45})");
  EXPECT_EQ(stream.missed(), 45u);
  stream.hear(R"({"type":"gap","from":9,"to":3})");
  EXPECT_EQ(stream.missed(), 45u);
  EXPECT_EQ(stream.hear(R"({"type":"error","event":46,"seq":46})"), Heard::verdict);
}

TEST(Resumption, a_new_session_counts_its_verdicts_from_one) {
  Resumption stream(kTarget);
  stream.hear(kBegan);
  stream.hear(R"({"type":"error","event":1,"seq":1})");
  stream.forget();
  EXPECT_EQ(stream.target(), kTarget);
  EXPECT_EQ(stream.hear(R"({"type":"session_created","session_id":"other","resume_token":"u"})"), Heard::began);
  EXPECT_EQ(stream.hear(R"({"type":"error","event":1,"seq":1})"), Heard::verdict);
}

TEST(Resumption, hears_when_to_come_back_and_whether) {
  Resumption stream(kTarget);
  stream.hear(kBegan);
  stream.hear(R"({"type":"session_closing","reason":"server_closing","reconnect":true,"retry_after_ms":1500})");
  EXPECT_EQ(stream.wait(), std::chrono::milliseconds(1500));
  EXPECT_FALSE(stream.over());
  stream.hear(R"({"type":"session_resumed","session_id":"s","resume_token":"t2"})");
  EXPECT_FALSE(stream.wait());
  stream.hear(R"({"type":"session_closing","reason":"replaced","reconnect":false,"retry_after_ms":0})");
  EXPECT_TRUE(stream.over());
}

TEST(Resumption, passes_over_what_it_does_not_know) {
  Resumption stream(kTarget);
  for (const char* message :
       {"", "no json", "[]", "7", R"({"type":"pong"})", R"({"type":"error","event":-1})", R"({"event":"x"})"})
    EXPECT_EQ(stream.hear(message), Heard::other) << message;
  EXPECT_FALSE(stream.can_resume());
}

}  // namespace
}  // namespace hazard::client
