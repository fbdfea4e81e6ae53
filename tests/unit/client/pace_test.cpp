#include "client/pace.hpp"

#include <gtest/gtest.h>

namespace hazard::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr base::SteadyTime kStart{std::chrono::hours(1)};

TEST(Pace, is_what_was_asked_until_the_server_speaks) {
  const Pace pace({.fps = 20, .width = 1280, .jpeg_quality = 90});
  EXPECT_EQ(pace.sending(kStart), (Sending{.fps = 20, .width = 1280, .jpeg_quality = 90}));
  EXPECT_FALSE(pace.lowered(kStart));
}

TEST(Pace, goes_down_at_once) {
  Pace pace({.fps = 20, .width = 1280, .jpeg_quality = 90});
  pace.heard({.fps = 6, .width = 640, .jpeg_quality = 65}, kStart);
  EXPECT_EQ(pace.sending(kStart), (Sending{.fps = 6, .width = 640, .jpeg_quality = 65}));
  EXPECT_TRUE(pace.lowered(kStart));
}

TEST(Pace, never_goes_above_what_was_asked) {
  Pace pace({.fps = 5, .width = 480, .jpeg_quality = 50});
  pace.heard({.fps = 30, .width = 1280, .jpeg_quality = 80}, kStart);
  EXPECT_EQ(pace.sending(kStart), (Sending{.fps = 5, .width = 480, .jpeg_quality = 50}));
}

TEST(Pace, a_source_without_a_size_of_its_own_takes_the_suggested_one) {
  Pace pace({.fps = 5});
  pace.heard({.fps = 5, .width = 640}, kStart);
  EXPECT_EQ(pace.sending(kStart).width, 640);
  EXPECT_EQ(pace.sending(kStart).jpeg_quality, 0);
}

TEST(Pace, holds_the_rate_for_three_seconds_of_silence_then_creeps_up_by_a_tenth_a_second) {
  Pace pace({.fps = 20});
  pace.heard({.fps = 10}, kStart);
  EXPECT_DOUBLE_EQ(pace.sending(kStart + seconds(3)).fps, 10);
  EXPECT_DOUBLE_EQ(pace.sending(kStart + seconds(4)).fps, 12);
  EXPECT_DOUBLE_EQ(pace.sending(kStart + milliseconds(7999)).fps, 10 + 4.999 * 2);
  EXPECT_DOUBLE_EQ(pace.sending(kStart + seconds(8)).fps, 20);
  EXPECT_DOUBLE_EQ(pace.sending(kStart + seconds(100)).fps, 20);
}

TEST(Pace, a_new_word_ends_the_climb) {
  Pace pace({.fps = 20});
  pace.heard({.fps = 10}, kStart);
  pace.heard({.fps = 8}, kStart + seconds(6));
  EXPECT_DOUBLE_EQ(pace.sending(kStart + seconds(9)).fps, 8);
}

TEST(Pace, keeps_a_size_that_is_not_mentioned_again_for_a_minute) {
  Pace pace({.fps = 20, .width = 1280});
  pace.heard({.fps = 20, .width = 640}, kStart);
  pace.heard({.fps = 20}, kStart + seconds(50));  // speaks of the rate alone
  EXPECT_EQ(pace.sending(kStart + seconds(60)).width, 640);
  EXPECT_EQ(pace.sending(kStart + milliseconds(60'001)).width, 1280);
}

TEST(Pace, asks_for_a_frame_a_second_at_least) {
  Pace pace({.fps = 20});
  pace.heard({.fps = 0.01}, kStart);
  EXPECT_DOUBLE_EQ(pace.sending(kStart).fps, 1);
}

TEST(Pace, lock_step_has_no_rate_to_lower) {
  Pace pace({.fps = 0, .width = 1280});
  pace.heard({.fps = 3, .width = 640}, kStart);
  EXPECT_EQ(pace.sending(kStart), (Sending{.fps = 0, .width = 640}));
}

TEST(Pace, that_does_not_follow_counts_and_changes_nothing) {
  Pace pace({.fps = 20, .width = 1280}, false);
  pace.heard({.fps = 3, .width = 640, .jpeg_quality = 10}, kStart);
  EXPECT_FALSE(pace.lowered(kStart));
  EXPECT_EQ(pace.suggestions(), 1u);
}

}  // namespace
}  // namespace hazard::client
