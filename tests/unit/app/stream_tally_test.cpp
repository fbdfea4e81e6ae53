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

TEST(StreamTally, frames_open_when_the_connection_breaks_stay_without_a_verdict) {
  StreamTally tally;
  tally.sent(1, kStart);
  tally.connection_lost();
  tally.sent(1, kStart);
  EXPECT_TRUE(tally.heard(R"({"type":"detection_result","data":{"seq":1,"detections":[]}})", kStart));
  EXPECT_EQ(tally.open(), 0u);
  EXPECT_EQ(tally.unanswered(), 1u);
}

}  // namespace
}  // namespace hazard::app
