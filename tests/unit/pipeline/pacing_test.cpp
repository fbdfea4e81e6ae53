#include "pipeline/pacing.hpp"

#include <gtest/gtest.h>

namespace hazard::pipeline {
namespace {

using namespace std::chrono_literals;

class PacingHintTest : public testing::Test {
 protected:
  void arrive(base::Duration transit, int times = 1) {
    for (int i = 0; i < times; ++i) {
      clock_.advance(100ms);
      hint_.note_arrival(transit, clock_.now());
    }
  }
  void answer(domain::SizePx picture, base::Duration decode, std::size_t bytes, int times = 20) {
    domain::FrameResult result;
    result.picture = picture;
    result.input = {640, 384};
    result.times.decode = decode;
    result.times.inference = 20ms;
    for (int i = 0; i < times; ++i) hint_.note_result(result, bytes);
  }
  base::ManualClock clock_;
  PacingHint hint_;
};

TEST_F(PacingHintTest, while_all_is_well_nothing_is_suggested) {
  EXPECT_FALSE(hint_.suggestion(10, 10));
  arrive(40ms, 50);
  answer({1280, 720}, 1500us, 120'000);
  EXPECT_FALSE(hint_.suggestion(10, 10));
  EXPECT_FALSE(hint_.suggestion(0, 0));
}

TEST_F(PacingHintTest, a_smaller_grant_suggests_its_rate) {
  ASSERT_TRUE(hint_.suggestion(30, 9.75));
  EXPECT_DOUBLE_EQ(hint_.suggestion(30, 9.75)->fps, 9.75);
  EXPECT_EQ(hint_.suggestion(30, 9.75)->width, 0);
  EXPECT_FALSE(hint_.suggestion(10, 9.6)) << "not worth a word";
}

TEST_F(PacingHintTest, frames_that_pile_up_on_the_way_ask_for_fewer_and_smaller_ones) {
  answer({1280, 720}, 1500us, 120'000);
  arrive(60ms, 30);
  EXPECT_FALSE(hint_.suggestion(10, 10));
  arrive(900ms, 20);
  const auto suggestion = hint_.suggestion(10, 10);
  ASSERT_TRUE(suggestion);
  EXPECT_DOUBLE_EQ(suggestion->fps, 7);
  EXPECT_EQ(suggestion->width, 640);
  EXPECT_EQ(suggestion->jpeg_quality, 65);
}

TEST_F(PacingHintTest, clocks_that_differ_by_years_do_not_matter_only_the_change) {
  arrive(-400h, 30);
  EXPECT_FALSE(hint_.suggestion(10, 10));
  arrive(-400h + 900ms, 20);
  EXPECT_TRUE(hint_.suggestion(10, 10));
}

TEST_F(PacingHintTest, a_client_without_capture_times_is_not_judged) {
  for (int i = 0; i < 50; ++i) hint_.note_arrival(std::nullopt, clock_.now());
  EXPECT_FALSE(hint_.suggestion(10, 10));
}

TEST_F(PacingHintTest, a_line_that_recovered_is_forgiven) {
  arrive(50ms, 20);
  arrive(900ms, 20);
  ASSERT_TRUE(hint_.suggestion(10, 10));
  arrive(50ms, 30);
  EXPECT_FALSE(hint_.suggestion(10, 10));
}

TEST_F(PacingHintTest, a_line_that_stays_slower_is_the_new_measure_after_two_windows) {
  arrive(50ms, 20);
  arrive(500ms, 500);
  EXPECT_FALSE(hint_.suggestion(10, 10));
}

TEST_F(PacingHintTest, pixels_that_cost_more_than_they_show_are_not_wanted) {
  answer({3840, 2160}, 12ms, 1'500'000);
  ASSERT_TRUE(hint_.suggestion(10, 10));
  EXPECT_EQ(hint_.suggestion(10, 10)->width, 1280);
  answer({1280, 720}, 6ms, 150'000, 60);
  EXPECT_EQ(hint_.suggestion(10, 10)->width, 640);
}

TEST_F(PacingHintTest, bytes_that_only_keep_the_noise_are_not_wanted) {
  answer({1280, 720}, 2ms, 500'000);
  ASSERT_TRUE(hint_.suggestion(10, 10));
  EXPECT_EQ(hint_.suggestion(10, 10)->jpeg_quality, 80);
}

TEST_F(PacingHintTest, predicted_and_reused_results_say_nothing_about_cost) {
  domain::FrameResult result;
  result.picture = {3840, 2160};
  result.input = {640, 384};
  result.times.decode = 50ms;
  result.predicted = true;
  hint_.note_result(result, 10'000'000);
  EXPECT_FALSE(hint_.suggestion(10, 10));
}

}  // namespace
}  // namespace hazard::pipeline
