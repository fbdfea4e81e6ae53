#include "pipeline/lane_order.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace hazard::pipeline {
namespace {

using namespace std::chrono_literals;

class LaneOrderTest : public testing::Test {
 protected:
  Lane& add(double granted, double virtual_time, base::Duration waited) {
    auto lane = std::make_shared<Lane>();
    lane->granted_fps = granted;
    lane->virtual_time = virtual_time;
    lane->waiting_since = clock_.now() - waited;
    lane->waiting.emplace_back();
    lanes_.push_back(lane);
    return *lane;
  }
  const Lane* next(double virtual_time = 0) { return next_lane(lanes_, virtual_time, clock_.now()); }

  base::ManualClock clock_;
  std::vector<std::shared_ptr<Lane>> lanes_;
};

TEST_F(LaneOrderTest, without_a_ready_lane_there_is_none) {
  EXPECT_EQ(next(), nullptr);
  Lane& busy = add(10, 0, 0ms);
  busy.in_flight = true;
  Lane& empty = add(10, 0, 0ms);
  empty.waiting.clear();
  Lane& held = add(10, 0, 0ms);
  held.gate.set_rate(1);
  held.gate.take(clock_.now());
  held.gate.take(clock_.now());
  EXPECT_EQ(next(), nullptr);
}

TEST_F(LaneOrderTest, in_one_round_the_earliest_deadline_goes_first) {
  add(1, 5, 100ms);                        // due in 900 ms
  const Lane& urgent = add(30, 5.5, 0ms);  // due in 33 ms
  EXPECT_EQ(next(5), &urgent);
}

TEST_F(LaneOrderTest, a_lane_a_whole_frame_ahead_waits_for_the_next_round_however_urgent) {
  const Lane& behind = add(1, 5, 0ms);
  add(30, 6, 500ms);
  EXPECT_EQ(next(5), &behind);
}

TEST_F(LaneOrderTest, the_round_is_that_of_the_lanes_that_are_ready) {
  add(10, 1, 0ms).in_flight = true;
  const Lane& ahead = add(30, 6, 0ms);
  EXPECT_EQ(next(1), &ahead);
}

TEST_F(LaneOrderTest, equal_promises_go_by_who_has_waited_longest) {
  add(10, 0, 10ms);
  const Lane& longest = add(10, 0, 30ms);
  add(10, 0, 20ms);
  EXPECT_EQ(next(), &longest);
}

TEST_F(LaneOrderTest, without_a_rate_a_lane_is_due_since_it_is_ready) {
  add(30, 0, 20ms);
  const Lane& single_picture = add(0, 0, 0ms);
  EXPECT_EQ(next(), &single_picture);
}

TEST_F(LaneOrderTest, a_lane_that_was_idle_does_not_bring_old_credit) {
  const Lane& idle = add(10, 0, 0ms);
  EXPECT_DOUBLE_EQ(start_of(idle, 7), 7);
  const Lane& ahead = add(10, 9, 0ms);
  EXPECT_DOUBLE_EQ(start_of(ahead, 7), 9);
}

}  // namespace
}  // namespace hazard::pipeline
