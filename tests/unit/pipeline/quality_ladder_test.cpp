#include "pipeline/quality_ladder.hpp"

#include <gtest/gtest.h>

namespace hazard::pipeline {
namespace {

using namespace std::chrono_literals;
using domain::QualityMode;

class QualityLadderTest : public testing::Test {
 protected:
  void use(QualityMode mode, bool smaller = true, bool prediction = true, std::optional<base::Duration> age_max = 500ms) {
    ladder_.configure({.mode = mode, .age_max = age_max, .smaller_inputs = smaller, .prediction = prediction}, clock_.now());
  }
  // `fps` offered, `answered` of them a second, each `age` old, for `span`. Counts the changes.
  int run(base::Duration span, base::Duration age, double offered = 10, double answered = 10, double granted = 10) {
    int changes = 0;
    const auto end = clock_.now() + span;
    const auto step = 10ms;
    double owed_offers = 0;
    double owed_results = 0;
    while (clock_.now() < end) {
      clock_.advance(step);
      for (owed_offers += offered / 100; owed_offers >= 1; --owed_offers) ladder_.note_offer(clock_.now());
      for (owed_results += answered / 100; owed_results >= 1; --owed_results) {
        if (const auto reason =
                ladder_.note_result({.age = age, .granted_fps = granted, .stand_in = stand_in_, .crowd = crowd_}, clock_.now())) {
          ++changes;
          reason_ = *reason;
        }
      }
    }
    return changes;
  }
  base::ManualClock clock_;
  QualityLadder ladder_;
  std::string_view reason_;
  bool stand_in_ = false;
  QualityLadder::Crowd crowd_;
};

TEST_F(QualityLadderTest, fresh_results_stay_on_the_best_rung) {
  use(QualityMode::balanced);
  EXPECT_EQ(run(60s, 200ms), 0);
  EXPECT_EQ(ladder_.index(), 0u);
}

TEST_F(QualityLadderTest, results_older_than_half_the_age_limit_for_a_second_step_down) {
  use(QualityMode::balanced);
  EXPECT_EQ(run(900ms, 260ms), 0);
  EXPECT_EQ(run(400ms, 260ms), 1);
  EXPECT_EQ(reason_, "late");
  EXPECT_EQ(ladder_.index(), 1u);
}

TEST_F(QualityLadderTest, nobody_steps_up_into_a_machine_that_could_not_keep_up_with_it) {
  use(QualityMode::balanced, true, true, 150ms);
  run(1100ms, 90ms);
  ASSERT_EQ(ladder_.index(), 1u);
  crowd_ = {.capacity_fps = 67, .work_fps = 9 * 10 * 0.45, .turn = 9 * 0.45};  // nine others on the second rung
  EXPECT_EQ(run(60s, 20ms), 1) << "one has room: 40.5 + 10 of 67";
  ladder_ = {};
  use(QualityMode::balanced, true, true, 150ms);
  ASSERT_EQ(run(1100ms, 90ms), 1);
  ASSERT_EQ(ladder_.index(), 1u);
  crowd_.work_fps = 50;
  EXPECT_EQ(run(60s, 20ms), 0) << "44 ms of work and 60 ms of waiting are too much for 60";
  crowd_.work_fps = 10;
  EXPECT_EQ(run(60s, 20ms), 1) << "the others have gone";
}

TEST_F(QualityLadderTest, who_may_be_older_steps_up_even_into_a_busy_machine) {
  use(QualityMode::balanced);
  run(1100ms, 260ms);
  ASSERT_EQ(ladder_.index(), 1u);
  crowd_ = {.capacity_fps = 67, .work_fps = 240, .turn = 24};
  EXPECT_EQ(run(60s, 40ms), 1) << "frames wait for a newer one at most: 89 ms of work and 60 ms of waiting, 200 allowed";
}

TEST_F(QualityLadderTest, while_another_form_stands_in_nothing_is_judged_but_not_for_ever) {
  use(QualityMode::balanced);
  stand_in_ = true;
  EXPECT_EQ(run(2900ms, 400ms), 0) << "the form is being compiled";
  stand_in_ = false;
  EXPECT_EQ(run(900ms, 400ms), 0) << "a second of its own results is judged, not less";
  EXPECT_EQ(run(400ms, 400ms), 1);
}

TEST_F(QualityLadderTest, a_form_that_never_comes_keeps_no_late_lane_on_its_rung) {
  use(QualityMode::balanced);
  stand_in_ = true;
  EXPECT_EQ(run(4500ms, 400ms), 1);
  EXPECT_EQ(reason_, "late");
}

TEST_F(QualityLadderTest, a_form_that_comes_and_goes_is_waited_for_once_in_twenty_seconds) {
  use(QualityMode::balanced);
  stand_in_ = true;
  run(2s, 100ms);
  stand_in_ = false;
  run(5s, 100ms);
  stand_in_ = true;
  EXPECT_EQ(run(1500ms, 400ms), 1) << "the wait of this lane is used up";
  stand_in_ = false;
  run(60s, 50ms);
  ASSERT_EQ(ladder_.index(), 0u);
  stand_in_ = true;
  EXPECT_EQ(run(2900ms, 400ms), 0);
}

TEST_F(QualityLadderTest, frames_that_waited_while_the_form_was_compiled_are_not_judged_either) {
  use(QualityMode::balanced);
  stand_in_ = true;
  run(1s, 50ms);
  stand_in_ = false;
  ladder_.note_offer(clock_.now());
  // Taken when the form was there, but it had waited from before.
  EXPECT_FALSE(ladder_.note_result({.age = 400ms, .granted_fps = 10}, clock_.now()));
  clock_.advance(300ms);
  EXPECT_EQ(run(5s, 60ms), 0);
}

TEST_F(QualityLadderTest, two_late_results_in_a_second_of_ten_are_too_many_and_one_is_an_accident) {
  for (const int late : {1, 2}) {
    ladder_ = {};
    use(QualityMode::balanced);
    std::optional<std::string_view> reason;
    for (int i = 0; i < 11; ++i) {
      ladder_.note_offer(clock_.now());
      reason = ladder_.note_result({.age = i < late ? 251ms : 50ms, .granted_fps = 10}, clock_.now());
      clock_.advance(100ms);
    }
    EXPECT_EQ(reason.has_value(), late == 2);
  }
}

TEST_F(QualityLadderTest, the_only_result_of_a_second_counts) {
  use(QualityMode::balanced);
  EXPECT_GE(run(5s, 300ms, 1, 1, 1), 1);
  EXPECT_EQ(reason_, "late");
}

TEST_F(QualityLadderTest, exactly_half_the_limit_is_still_in_time) {
  use(QualityMode::balanced);
  EXPECT_EQ(run(10s, 250ms), 0);
}

TEST_F(QualityLadderTest, very_late_results_step_down_as_far_as_it_takes) {
  use(QualityMode::balanced);
  run(1200ms, 440ms);
  EXPECT_EQ(ladder_.index(), 1u) << "0.45 of 440 ms is in time";
  run(1200ms, 1200ms);
  EXPECT_EQ(ladder_.index(), 3u);
}

TEST_F(QualityLadderTest, results_that_come_less_than_two_thirds_as_often_as_promised_step_down) {
  use(QualityMode::balanced);
  EXPECT_EQ(run(5s, 50ms, 10, 7, 10), 0);
  EXPECT_GE(run(3s, 50ms, 10, 5, 10), 1);
  EXPECT_EQ(reason_, "slow");
}

TEST_F(QualityLadderTest, a_client_that_sends_less_than_it_was_promised_is_served_in_full) {
  use(QualityMode::balanced);
  EXPECT_EQ(run(10s, 50ms, 3, 3, 10), 0);
}

TEST_F(QualityLadderTest, a_stream_without_a_promise_is_not_slow) {
  use(QualityMode::balanced);
  EXPECT_EQ(run(10s, 50ms, 30, 5, 0), 0);
}

TEST_F(QualityLadderTest, after_three_seconds_of_room_it_climbs_one_rung_at_a_time) {
  use(QualityMode::balanced);
  run(1200ms, 1200ms);
  ASSERT_EQ(ladder_.index(), 3u);
  EXPECT_EQ(run(4500ms, 20ms), 1);
  EXPECT_EQ(ladder_.index(), 2u);
  EXPECT_EQ(reason_, "room");
  EXPECT_EQ(run(7s, 20ms), 2);
  EXPECT_EQ(ladder_.index(), 0u);
}

TEST_F(QualityLadderTest, it_stays_down_while_the_better_rung_would_be_late_again) {
  use(QualityMode::balanced);
  run(1200ms, 400ms);
  ASSERT_EQ(ladder_.index(), 1u);
  EXPECT_EQ(run(30s, 150ms), 0) << "150 ms at 0.45 of the cost would be 333 ms, over 0.8 of 250";
  EXPECT_EQ(run(4200ms, 80ms), 1);
}

TEST_F(QualityLadderTest, a_step_up_that_did_not_last_makes_it_more_patient) {
  use(QualityMode::balanced);
  int changes = 0;
  // The better rung is always late, the cheaper one always looks as if there were room.
  for (int second = 0; second < 120; ++second) {
    changes += run(1s, ladder_.index() == 0 ? 300ms : 60ms);
  }
  EXPECT_LE(changes, 12) << "120 s of a trap: steps up come after 3, 6, 12, 24 and 48 s";
}

TEST_F(QualityLadderTest, quality_never_moves) {
  use(QualityMode::quality);
  EXPECT_EQ(run(20s, 900ms, 10, 2, 10), 0);
  EXPECT_EQ(ladder_.index(), 0u);
}

TEST_F(QualityLadderTest, speed_begins_low_and_never_climbs_to_the_largest) {
  use(QualityMode::speed);
  EXPECT_EQ(ladder_.index(), 1u);
  run(30s, 5ms);
  EXPECT_EQ(ladder_.index(), 1u);
  run(1200ms, 600ms);
  EXPECT_GT(ladder_.index(), 1u);
}

TEST_F(QualityLadderTest, without_tracking_nothing_is_predicted) {
  use(QualityMode::balanced, true, false);
  run(10s, 2s);
  EXPECT_EQ(ladder_.rung().every, 1);
  EXPECT_EQ(ladder_.index(), 1u);
}

TEST_F(QualityLadderTest, a_model_of_one_size_without_tracking_has_one_rung) {
  use(QualityMode::balanced, false, false);
  EXPECT_EQ(run(10s, 2s), 0);
  use(QualityMode::speed, false, false);
  EXPECT_EQ(ladder_.index(), 0u);
}

TEST_F(QualityLadderTest, without_an_age_limit_only_the_rate_counts) {
  use(QualityMode::balanced, true, true, std::nullopt);
  EXPECT_EQ(run(10s, 5s, 10, 10, 10), 0);
  EXPECT_GE(run(3s, 5s, 10, 4, 10), 1);
}

TEST_F(QualityLadderTest, a_pause_starts_the_measurement_anew) {
  use(QualityMode::balanced);
  run(800ms, 400ms);
  clock_.advance(60s);
  EXPECT_EQ(run(800ms, 20ms), 0) << "old lateness is not held against the new frames";
}

TEST_F(QualityLadderTest, a_mode_that_forbids_the_rung_leaves_it_at_once) {
  use(QualityMode::balanced);
  run(1200ms, 1200ms);
  ASSERT_EQ(ladder_.index(), 3u);
  use(QualityMode::quality);
  EXPECT_EQ(ladder_.index(), 0u);
}

}  // namespace
}  // namespace hazard::pipeline
