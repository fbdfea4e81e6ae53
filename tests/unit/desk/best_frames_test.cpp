#include "desk/best_frames.hpp"

#include <gtest/gtest.h>

namespace hazard::desk {
namespace {

using namespace std::chrono_literals;

BestFrames::Frame frame(std::size_t bytes) {
  domain::EncodedFrame made;
  made.buffer.resize(bytes);
  return std::make_shared<const domain::EncodedFrame>(std::move(made));
}

report::FrameFacts facts(const std::string& session, const std::string& name, std::uint64_t track, float confidence,
                         base::WallTime at = base::WallTime(1000s)) {
  report::FrameFacts made;
  made.session_id = session;
  made.frame_id = name;
  made.at = at;
  made.thresholds = {.detection = 0.5F, .report = 0.6F};
  made.found = {{.class_id = 1, .class_name = "pothole", .box = {}, .confidence = confidence, .track_id = track}};
  return made;
}

domain::Sighting sighting(const std::string& session, std::uint64_t track, const std::string& best) {
  domain::Sighting made;
  made.session_id = session;
  made.track_id = track;
  made.best.frame_id = best;
  return made;
}

TEST(BestFrames, holds_the_frame_in_which_a_track_was_seen_best) {
  BestFrames frames;
  const auto best = frame(20);
  frames.saw(facts("s", "a", 1, 0.7F), frame(10));
  frames.saw(facts("s", "b", 1, 0.9F), best);
  frames.saw(facts("s", "c", 1, 0.9F), frame(30));
  EXPECT_EQ(frames.bytes(), 20U);
  EXPECT_EQ(frames.take(sighting("s", 1, "b")), best);
  EXPECT_EQ(frames.bytes(), 0U);
  EXPECT_EQ(frames.take(sighting("s", 1, "b")), nullptr);
}

TEST(BestFrames, holds_nothing_for_what_no_report_comes_of) {
  BestFrames frames;
  frames.saw(facts("s", "a", 1, 0.59F), frame(10));
  frames.saw(facts("s", "a", 0, 0.9F), frame(10));
  EXPECT_EQ(frames.bytes(), 0U);
  frames.saw(facts("s", "a", 1, 0.6F), frame(10));
  EXPECT_EQ(frames.bytes(), 10U);
}

TEST(BestFrames, a_frame_that_is_not_the_sightings_best_is_not_given_out) {
  BestFrames frames;
  frames.saw(facts("s", "a", 1, 0.7F), frame(10));
  EXPECT_EQ(frames.take(sighting("s", 1, "z")), nullptr);
  EXPECT_EQ(frames.bytes(), 0U);
}

TEST(BestFrames, forgets_tracks_that_are_over_and_sessions_that_ended) {
  BestFrames frames;
  frames.saw(facts("s", "a", 1, 0.7F), frame(10));
  frames.saw(facts("t", "a", 1, 0.7F), frame(10));
  frames.saw(facts("s", "b", 2, 0.7F, base::WallTime(1003s)), frame(10));
  EXPECT_EQ(frames.bytes(), 30U) << "three seconds are not over";
  frames.saw(facts("s", "c", 2, 0.5F, base::WallTime(1004s)), frame(10));
  EXPECT_EQ(frames.bytes(), 20U);
  frames.end("s");
  EXPECT_EQ(frames.bytes(), 10U);
  frames.end("t");
  EXPECT_EQ(frames.bytes(), 0U);
}

TEST(BestFrames, beyond_its_bytes_the_longest_held_go) {
  BestFrames frames(25);
  frames.saw(facts("s", "a", 1, 0.7F), frame(10));
  frames.saw(facts("s", "b", 2, 0.7F), frame(15));
  EXPECT_EQ(frames.bytes(), 25U);
  frames.saw(facts("s", "c", 3, 0.7F), frame(1));
  EXPECT_EQ(frames.bytes(), 16U);
  EXPECT_EQ(frames.take(sighting("s", 1, "a")), nullptr);
  EXPECT_TRUE(frames.take(sighting("s", 2, "b")));
}

}  // namespace
}  // namespace hazard::desk
