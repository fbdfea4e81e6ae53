#include "pipeline/lane_order.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace hazard::pipeline {
namespace {

using namespace std::chrono_literals;
using domain::Delivery;

class LaneOrderTest : public testing::Test {
 protected:
  // A stream whose newer frames take the place of older ones; its waiting frame is `age` old.
  Lane& stream(double start, base::Duration age, Delivery delivery = Delivery::latest) {
    auto lane = std::make_shared<Lane>();
    lane->stream = true;
    lane->granted_fps = 8;
    lane->settings.delivery = delivery;
    lane->start = start;
    lane->waiting_since = clock_.now() - age;
    lane->waiting.emplace_back().received_at = clock_.now() - age;
    if (delivery == Delivery::latest) lane->renewed_at = clock_.now() - 100ms;
    lanes_.push_back(lane);
    return *lane;
  }
  Lane& picture(double start, base::Duration age) {
    Lane& lane = stream(start, age, Delivery::all);
    lane.stream = false;
    return lane;
  }
  const Lane* next() { return next_lane(lanes_, clock_.now()); }

  base::ManualClock clock_;
  std::vector<std::shared_ptr<Lane>> lanes_;
};

TEST_F(LaneOrderTest, without_a_ready_lane_there_is_none) {
  EXPECT_EQ(next(), nullptr);
  stream(0, 0ms).in_flight = true;
  stream(0, 0ms).waiting.clear();
  Lane& held = stream(0, 0ms);
  held.gate.set_rate(1);
  held.gate.take(clock_.now());
  held.gate.take(clock_.now());
  EXPECT_EQ(next(), nullptr);
}

TEST_F(LaneOrderTest, in_one_round_the_freshest_frame_goes_first) {
  stream(5, 30ms);
  const Lane& fresh = stream(5.5, 2ms);
  stream(5, 10ms);
  EXPECT_EQ(next(), &fresh);
}

// It sends the next frame once it has the verdict on this one: that frame only grows old.
TEST_F(LaneOrderTest, streams_whose_frames_are_not_replaced_go_in_turn) {
  const Lane& first = stream(5, 30ms);
  stream(5.5, 2ms);
  for (const auto& lane : lanes_) lane->renewed_at.reset();
  EXPECT_EQ(next(), &first);
  for (const auto& lane : lanes_) lane->renewed_at = clock_.now() - 5s;
  EXPECT_EQ(next(), &first);
}

TEST_F(LaneOrderTest, a_frame_that_has_waited_for_a_quarter_of_its_allowed_age_goes_before_fresher_ones) {
  Lane& due = stream(5, 51ms);
  const Lane& fresh = stream(5.5, 2ms);
  EXPECT_EQ(next(), &fresh);
  due.settings.age_max = 204ms;
  EXPECT_EQ(next(), &fresh);
  due.settings.age_max = 203ms;
  EXPECT_EQ(next(), &due);
}

TEST_F(LaneOrderTest, a_lane_three_rounds_ahead_waits_however_fresh) {
  const Lane& behind = stream(5, 30ms);
  Lane& ahead = stream(7.9, 0ms);
  EXPECT_EQ(next(), &ahead);
  ahead.start = 8;
  EXPECT_EQ(next(), &behind);
}

TEST_F(LaneOrderTest, the_fewer_results_a_second_are_promised_the_fewer_rounds_are_open) {
  const Lane& behind = stream(5, 30ms);
  Lane& ahead = stream(6.9, 0ms);
  ahead.granted_fps = 7.9;
  EXPECT_EQ(next(), &ahead);
  ahead.start = 7;
  EXPECT_EQ(next(), &behind);
  ahead.start = 6;
  ahead.granted_fps = 3.9;
  EXPECT_EQ(next(), &behind);
}

TEST_F(LaneOrderTest, beside_something_that_is_kept_only_one_round_is_open) {
  const Lane& behind = stream(5, 30ms);
  stream(6, 0ms);
  Lane& kept = picture(5.5, 10ms);
  EXPECT_EQ(next(), &behind);
  kept.in_flight = true;
  EXPECT_NE(next(), &behind);
}

TEST_F(LaneOrderTest, of_two_frames_that_came_together_the_one_whose_lane_is_behind_goes_first) {
  stream(5.5, 2ms);
  const Lane& behind = stream(5, 2ms);
  EXPECT_EQ(next(), &behind);
}

TEST_F(LaneOrderTest, the_round_is_that_of_the_lanes_that_are_ready) {
  stream(1, 0ms).in_flight = true;
  const Lane& ahead = stream(6, 0ms);
  EXPECT_EQ(next(), &ahead);
}

TEST_F(LaneOrderTest, what_is_kept_goes_in_the_order_of_its_start_and_then_by_who_has_waited_longest) {
  picture(2.5, 90ms);
  picture(2, 10ms);
  const Lane& longest = stream(2, 30ms, Delivery::all);
  EXPECT_EQ(next(), &longest);
}

TEST_F(LaneOrderTest, between_a_fresh_frame_and_one_that_is_kept_the_earlier_start_decides) {
  Lane& fresh = stream(2, 5ms);
  Lane& kept = picture(2.2, 200ms);
  EXPECT_EQ(next(), &fresh);
  kept.start = 1.9;
  EXPECT_EQ(next(), &kept);
}

TEST_F(LaneOrderTest, a_lane_that_was_idle_does_not_bring_old_credit) {
  TurnCounter turns;
  Lane& busy = stream(0, 0ms);
  for (int i = 0; i < 7; ++i) turns.take(busy, lanes_, clock_.now());
  EXPECT_DOUBLE_EQ(busy.start, 7);
  Lane& idle = stream(0, 0ms);
  idle.renewed_at = clock_.now() - 2s;
  turns.begin(idle, lanes_, clock_.now());
  EXPECT_DOUBLE_EQ(idle.start, 6);  // the round of the last one taken
}

// Its slot is empty for a part of each interval only: were it idleness, whoever is passed would be behind for good.
TEST_F(LaneOrderTest, a_stream_whose_frames_are_replaced_keeps_what_it_is_behind) {
  TurnCounter turns;
  Lane& busy = stream(0, 0ms);
  for (int i = 0; i < 7; ++i) turns.take(busy, lanes_, clock_.now());
  Lane& replaced = stream(0, 0ms);
  turns.begin(replaced, lanes_, clock_.now());
  EXPECT_DOUBLE_EQ(replaced.start, 3);  // three rounds at most
  replaced.virtual_time = 4.5;
  turns.begin(replaced, lanes_, clock_.now());
  EXPECT_DOUBLE_EQ(replaced.start, 4.5);
}

TEST_F(LaneOrderTest, whoever_begins_to_wait_does_so_in_the_round_of_the_last_not_where_the_freshest_is) {
  TurnCounter turns;
  stream(5, 30ms);
  Lane& ahead = stream(7.5, 0ms);
  turns.take(ahead, lanes_, clock_.now());
  Lane& kept = stream(0, 0ms, Delivery::all);
  turns.begin(kept, lanes_, clock_.now());
  EXPECT_DOUBLE_EQ(kept.start, 5);
}

TEST_F(LaneOrderTest, a_lane_of_twice_the_weight_goes_half_as_far_with_each_frame) {
  TurnCounter turns;
  Lane& heavy = stream(0, 0ms);
  heavy.settings.weight = 2;
  turns.take(heavy, lanes_, clock_.now());
  EXPECT_DOUBLE_EQ(heavy.start, 0.5);
}

// What waits keeps its place: others that are always fresher pass it once in each open round, not for ever.
TEST_F(LaneOrderTest, a_stale_frame_is_passed_by_every_other_lane_three_times_at_most) {
  TurnCounter turns;
  for (int i = 0; i < 5; ++i) {
    Lane& lane = stream(0, 0ms);
    lane.virtual_time = 0.19 * i;
    turns.begin(lane, lanes_, clock_.now());
  }
  Lane& stale = stream(0, 400ms);
  turns.begin(stale, lanes_, clock_.now());
  int passed = 0;
  for (const Lane* lane = next(); lane != &stale; lane = next()) {
    turns.take(const_cast<Lane&>(*lane), lanes_, clock_.now());
    ASSERT_LE(++passed, 15);
  }
}

// Single pictures come in lanes of their own, a new one each: a crowd of them has as many shares as it has pictures, and no more.
TEST_F(LaneOrderTest, a_stream_beside_four_senders_of_single_pictures_gets_a_fifth) {
  TurnCounter turns;
  Lane& own = stream(0, 0ms);
  turns.begin(own, lanes_, clock_.now());
  for (int i = 0; i < 4; ++i) turns.begin(picture(0, 0ms), lanes_, clock_.now());
  int streamed = 0;
  for (int i = 0; i < 500; ++i) {
    clock_.advance(20ms);
    own.waiting.back().received_at = clock_.now() - 10ms;
    Lane& taken = const_cast<Lane&>(*next());
    turns.take(taken, lanes_, clock_.now());
    if (&taken == &own) {
      ++streamed;
      continue;
    }
    std::erase_if(lanes_, [&](const auto& each) { return each.get() == &taken; });
    turns.begin(picture(0, 0ms), lanes_, clock_.now());  // the next one of the same sender
  }
  EXPECT_NEAR(streamed, 100, 5);
}

}  // namespace
}  // namespace hazard::pipeline
