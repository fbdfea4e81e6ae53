#include "app/stream_tally.hpp"

#include <gtest/gtest.h>

namespace hazard::app {
namespace {

using std::chrono::milliseconds;

const StreamTally::Time kStart{std::chrono::hours(1)};

TEST(StreamTally, counts_each_kind_of_ending_once) {
  StreamTally tally;
  for (std::uint64_t seq = 1; seq <= 4; ++seq) tally.sent(seq, kStart);
  EXPECT_TRUE(tally.heard(
      R"({"type":"detection_result","data":{"seq":1,"processing_time_ms":20,"detections":[{"class_name":"crack","is_new":true}]}})",
      kStart + milliseconds(30)));
  EXPECT_TRUE(tally.heard(R"({"type":"frame_dropped","seq":2,"reason":"superseded"})", kStart));
  EXPECT_TRUE(tally.heard(R"({"type":"error","seq":3,"code":"undecodable_image"})", kStart));
  EXPECT_FALSE(tally.heard(R"({"type":"frame_dropped","seq":2,"reason":"superseded"})", kStart)) << "a second verdict";
  EXPECT_FALSE(tally.heard(R"({"type":"ping"})", kStart));
  EXPECT_FALSE(tally.heard("no json", kStart));
  EXPECT_EQ(tally.unanswered(), 1u);
  const std::string text = tally.summary(kStart + std::chrono::seconds(1));
  for (const char* line : {"frames sent       4", "superseded      1", "undecodable_image1", "without verdict 1",
                           "1 boxes, 1 confirmed tracks", "p50 30.0 ms"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  }
}

TEST(StreamTally, tells_the_clocks_apart_and_the_way_in) {
  StreamTally tally;
  EXPECT_EQ(tally.summary(kStart).find("clock"), std::string::npos) << "nothing is known yet";
  // Sent at 100 s by our clock; the server's is 5 s ahead; 10 ms each way, 2 ms inside.
  tally.heard(R"({"type":"pong","sent":100,"received_at":105.010,"sent_at":105.012})", kStart, 100.022);
  tally.sent(1, kStart);
  ASSERT_TRUE(
      tally.heard(R"({"type":"detection_result","data":{"seq":1,"detections":[],"age_ms":30,"capture_age_ms":5045}})", kStart));
  const std::string text = tally.summary(kStart);
  EXPECT_NE(text.find("+5000.0 ms from ours, give or take 10.0 ms; round trip 20.0 ms"), std::string::npos) << text;
  EXPECT_NE(text.find("capture to server p50 15.0 ms"), std::string::npos) << text;
}

TEST(StreamTally, says_how_the_server_treated_the_stream) {
  StreamTally tally;
  for (std::uint64_t seq = 1; seq <= 3; ++seq) tally.sent(seq, kStart);
  EXPECT_FALSE(tally.heard(R"({"type":"session_created","granted_fps":7.5})", kStart));
  std::string text = tally.summary(kStart);
  EXPECT_NE(text.find("server promised   7.5 frames a second\n"), std::string::npos) << text;
  for (const char* line : {"without a look", "quality changed"}) EXPECT_EQ(text.find(line), std::string::npos) << text;
  tally.heard(
      R"({"type":"quality_changed","quality":{"mode":"balanced","input":{"width":416,"height":256},"every":1},"reason":"late"})",
      kStart);
  tally.heard(
      R"({"type":"quality_changed","quality":{"mode":"balanced","input":{"width":416,"height":256},"every":2},"reason":"late"})",
      kStart);
  tally.heard(R"({"type":"detection_result","data":{"seq":1,"predicted":true,"detections":[]}})", kStart);
  tally.heard(R"({"type":"detection_result","data":{"seq":2,"predicted":false,"reused":true,"detections":[]}})", kStart);
  tally.heard(R"({"type":"detection_result","data":{"seq":3,"predicted":false}})", kStart);
  text = tally.summary(kStart);
  for (const char* line : {"without a look    1 predicted, 1 of a picture that did not change\n",
                           "quality changed   2 (late); at last 416x256, one frame in 2 looked at\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  }
  tally.heard(
      R"({"type":"quality_changed","quality":{"mode":"balanced","input":{"width":640,"height":384},"every":1},"reason":"room"})",
      kStart);
  EXPECT_NE(tally.summary(kStart).find("2 (late) 1 (room); at last 640x384\n"), std::string::npos);
}

TEST(StreamTally, hands_on_the_suggestion_of_the_last_message_only) {
  StreamTally tally;
  tally.sent(1, kStart);
  tally.sent(2, kStart);
  tally.heard(R"({"type":"detection_result","data":{"seq":1,"suggest":{"fps":6.5,"width":640}}})", kStart);
  ASSERT_TRUE(tally.suggestion());
  EXPECT_DOUBLE_EQ(tally.suggestion()->fps, 6.5);
  EXPECT_EQ(tally.suggestion()->width, 640);
  EXPECT_EQ(tally.suggestion()->jpeg_quality, 0);
  tally.heard(R"({"type":"detection_result","data":{"seq":2}})", kStart);
  EXPECT_FALSE(tally.suggestion());
}

TEST(StreamTally, frames_open_when_the_connection_breaks_stay_without_a_verdict) {
  StreamTally tally;
  tally.sent(1, kStart);
  tally.connection_lost();
  tally.sent(1, kStart);
  EXPECT_TRUE(tally.heard(R"({"type":"detection_result","data":{"seq":1,"detections":[]}})", kStart));
  EXPECT_EQ(tally.open(), 0u);
  EXPECT_EQ(tally.unanswered(), 1u);
}

TEST(StreamTally, frames_that_never_arrived_are_lost_and_the_others_stay_open) {
  StreamTally tally;
  for (std::uint64_t seq = 1; seq <= 5; ++seq) tally.sent(seq, kStart);
  tally.never_arrived(3);
  EXPECT_EQ(tally.open(), 3u);
  EXPECT_EQ(tally.unanswered(), 5u);
  tally.never_arrived(3);
  EXPECT_EQ(tally.open(), 3u);
  EXPECT_TRUE(tally.heard(R"({"replayed":true,"type":"detection_result","data":{"seq":3,"detections":[]}})", kStart));
  EXPECT_EQ(tally.open(), 2u);
}

}  // namespace
}  // namespace hazard::app
