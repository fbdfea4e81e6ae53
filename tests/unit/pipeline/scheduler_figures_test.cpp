#include <gtest/gtest.h>

#include "pipeline/scheduler.hpp"
#include "support/scheduler_fixture.hpp"

namespace hazard::pipeline {
namespace {

using namespace std::chrono_literals;
using domain::Delivery;

class SchedulerFiguresTest : public test::SchedulerFixture {
 protected:
  void serve_one(base::Duration service = 0ms) {
    auto job = scheduler_.try_next();
    ASSERT_TRUE(job);
    clock_.advance(service);
    domain::FrameResult result;
    result.picture = {1280, 720};
    result.input = {640, 384};
    scheduler_.finish(std::move(*job), std::move(result));
  }
};

TEST_F(SchedulerFiguresTest, credits_say_how_many_more_frames_fit) {
  Client all = open({.delivery = Delivery::all, .queue_frames_max = 3});
  EXPECT_EQ(scheduler_.credits(all.lane), 3);
  offer(all);
  EXPECT_EQ(scheduler_.credits(all.lane), 2);
  auto job = scheduler_.try_next();
  EXPECT_EQ(scheduler_.credits(all.lane), 2);
  scheduler_.finish(std::move(*job), domain::FrameResult{});
  EXPECT_EQ(scheduler_.credits(all.lane), 3);
  EXPECT_EQ(std::get<domain::FrameResult>(all.sink->verdicts()[0].outcome).credits, 3);
}

TEST_F(SchedulerFiguresTest, a_closed_lane_has_no_credits) {
  Client all = open({.delivery = Delivery::all, .queue_frames_max = 3});
  scheduler_.close_lane(all.lane);
  EXPECT_EQ(scheduler_.credits(all.lane), 0);
}

TEST_F(SchedulerFiguresTest, frames_wait_until_they_are_taken_and_lanes_count_until_they_close) {
  Client a = open({.delivery = Delivery::all, .queue_frames_max = 3});
  Client b = open();
  EXPECT_EQ(scheduler_.lanes(), 2u);
  offer(a);
  offer(a);
  offer(b);
  EXPECT_EQ(scheduler_.waiting_frames(), 3u);
  EXPECT_EQ(scheduler_.state_of(a.lane).waiting, 2u);
  EXPECT_EQ(scheduler_.state_of(b.lane).waiting, 1u);
  for (int left = 2; left >= 0; --left) {
    serve_one();
    EXPECT_EQ(scheduler_.waiting_frames(), static_cast<std::size_t>(left));
  }
  scheduler_.close_lane(b.lane);
  EXPECT_EQ(scheduler_.lanes(), 1u);
}

TEST_F(SchedulerFiguresTest, what_can_be_done_and_what_was_promised_are_unknown_until_frames_were_served) {
  scheduler_.equip({.strategies = detect::Strategies::alone, .workers = 2, .inputs = {}});
  EXPECT_EQ(scheduler_.capacity_fps(), 0);
  EXPECT_EQ(scheduler_.granted_fps(), 0);
  Client client;
  client.lane = scheduler_.open_stream({}, client.sink).value();
  for (int i = 0; i < 100; ++i) {
    offer(client);
    serve_one(20ms);
  }
  EXPECT_NEAR(scheduler_.capacity_fps(), 50, 1) << "a frame takes 20 ms";
  EXPECT_GT(scheduler_.granted_fps(), 0);
  EXPECT_LE(scheduler_.granted_fps(), scheduler_.capacity_fps());
}

}  // namespace
}  // namespace hazard::pipeline
