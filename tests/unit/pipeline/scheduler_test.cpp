#include "pipeline/scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>

#include "support/scheduler_fixture.hpp"

namespace hazard::pipeline {
namespace {

using namespace std::chrono_literals;
using domain::Delivery;

class SchedulerTest : public test::SchedulerFixture {
 protected:
  void finish(Job&& job) { scheduler_.finish(std::move(job), domain::FrameResult{}); }
  // Takes and finishes one frame; 0 when no lane was ready.
  std::uint64_t serve_one() {
    auto job = scheduler_.try_next();
    if (!job) return 0;
    const std::uint64_t seq = job->frame.seq;
    finish(std::move(*job));
    return seq;
  }
};

TEST_F(SchedulerTest, an_idle_lane_serves_its_frame_at_once) {
  Client client = open();
  offer(client);
  EXPECT_EQ(serve_one(), 1u);
  EXPECT_EQ(client.sink->story(), "1:result");
}

TEST_F(SchedulerTest, queues_share_what_may_wait_and_every_lane_keeps_its_first_frame) {
  scheduler_.equip({.inputs = {}, .queued_bytes_max = 1000});
  LaneSettings settings;
  settings.delivery = Delivery::all;
  settings.queue_frames_max = 50;
  Client hoarder = open(settings);
  Client other = open(settings);
  const auto offer_bytes = [this](Client& client, std::size_t bytes) {
    domain::EncodedFrame frame;
    frame.seq = ++client.seq;
    frame.received_at = clock_.now();
    frame.buffer.resize(bytes);
    ASSERT_TRUE(scheduler_.offer(client.lane, std::move(frame)));
  };
  for (int i = 0; i < 4; ++i) offer_bytes(hoarder, 400);
  EXPECT_EQ(hoarder.sink->story(), "3:queue_full 4:queue_full");
  offer_bytes(other, 400);
  EXPECT_EQ(other.sink->story(), "") << "the first of a lane always waits";
  offer_bytes(other, 1);
  EXPECT_EQ(other.sink->story(), "2:queue_full");
  while (serve_one() != 0) {
  }
  offer_bytes(hoarder, 400);
  offer_bytes(hoarder, 400);
  EXPECT_EQ(scheduler_.waiting_frames(), 2u) << "what was taken makes room again";
  scheduler_.close_lane(hoarder.lane);
  offer_bytes(other, 500);
  offer_bytes(other, 500);
  EXPECT_EQ(scheduler_.waiting_frames(), 2u) << "what was given up as well";
}

TEST_F(SchedulerTest, tells_who_configures_which_frame_was_taken_before) {
  Client client = open();
  EXPECT_EQ(scheduler_.configure(client.lane, {}), 0u);
  offer(client);
  auto job = scheduler_.try_next();
  ASSERT_TRUE(job);
  offer(client);
  EXPECT_EQ(scheduler_.configure(client.lane, {}), 1u);
  finish(std::move(*job));
  EXPECT_EQ(scheduler_.configure(client.lane, {}), 0u);
}

TEST_F(SchedulerTest, a_newer_frame_takes_the_slot_of_one_that_waits_for_its_turn) {
  Client client = open();
  offer(client);
  offer(client);
  offer(client);
  EXPECT_EQ(serve_one(), 3u);
  EXPECT_EQ(client.sink->story(), "1:superseded 2:superseded 3:result");
}

TEST_F(SchedulerTest, a_frame_replaced_while_only_the_rate_held_it_is_over_rate) {
  Client client = open({.fps = 1});
  offer(client);
  serve_one();
  offer(client);
  serve_one();  // the gate's one frame of tolerance
  offer(client);
  EXPECT_EQ(serve_one(), 0u);
  offer(client);
  EXPECT_EQ(client.sink->story(), "1:result 2:result 3:over_rate");
  const auto verdicts = client.sink->verdicts();
  EXPECT_GT(std::get<domain::FrameDrop>(verdicts.back().outcome).retry_after, base::Duration::zero());
}

TEST_F(SchedulerTest, a_frame_replaced_while_another_of_its_session_is_in_flight_is_superseded_even_over_rate) {
  Client client = open({.fps = 1});
  offer(client);
  auto job = scheduler_.try_next();
  ASSERT_TRUE(job);
  offer(client);
  offer(client);
  EXPECT_EQ(client.sink->story(), "2:superseded");
  finish(std::move(*job));
}

TEST_F(SchedulerTest, the_last_frame_of_a_burst_is_answered_once_its_rate_allows) {
  Client client = open({.fps = 1});
  for (int i = 0; i < 5; ++i) {
    offer(client);
    serve_one();
  }
  EXPECT_EQ(serve_one(), 0u);
  clock_.advance(1s);
  EXPECT_EQ(serve_one(), 5u);
}

TEST_F(SchedulerTest, at_most_one_frame_of_a_lane_is_in_flight) {
  Client client = open({.delivery = Delivery::all, .queue_frames_max = 10});
  offer(client);
  offer(client);
  auto job = scheduler_.try_next();
  ASSERT_TRUE(job);
  EXPECT_FALSE(scheduler_.try_next());
  finish(std::move(*job));
  EXPECT_EQ(serve_one(), 2u);
}

TEST_F(SchedulerTest, a_full_queue_refuses_the_newest_and_keeps_the_rest_in_order) {
  Client client = open({.delivery = Delivery::all, .queue_frames_max = 3});
  for (int i = 0; i < 4; ++i) offer(client);
  EXPECT_EQ(client.sink->story(), "4:queue_full");
  while (serve_one() != 0) {
  }
  EXPECT_EQ(client.sink->story(), "4:queue_full 1:result 2:result 3:result");
}

TEST_F(SchedulerTest, age_counts_the_wait_for_the_server_and_ends_as_stale_beyond_its_limit) {
  Client client = open({.age_max = 500ms});
  offer(client);
  clock_.advance(500ms);
  EXPECT_EQ(serve_one(), 1u);
  offer(client);
  clock_.advance(501ms);
  EXPECT_EQ(serve_one(), 0u);
  EXPECT_EQ(client.sink->story(), "1:result 2:stale");
}

TEST_F(SchedulerTest, age_does_not_count_the_wait_for_the_lanes_own_rate) {
  Client client = open({.fps = 1, .age_max = 50ms});
  offer(client);
  serve_one();
  offer(client);
  serve_one();
  offer(client);  // must wait most of a second for its rate
  clock_.advance(1s);
  EXPECT_EQ(serve_one(), 3u);
}

TEST_F(SchedulerTest, equally_demanding_lanes_take_turns_whatever_rate_they_send_at) {
  std::array<Client, 4> clients;
  for (auto& client : clients) client = open();
  for (int round = 0; round < 400; ++round) {
    for (int i = 0; i < 10; ++i) offer(clients[0]);  // ten times as much
    for (std::size_t i = 1; i < 4; ++i) offer(clients[i]);
    serve_one();  // capacity for one of the four
  }
  for (const auto& client : clients) {
    int results = 0;
    for (const auto& verdict : client.sink->verdicts()) results += std::holds_alternative<domain::FrameResult>(verdict.outcome);
    EXPECT_NEAR(results, 100, 1);
  }
}

// Single pictures come in lanes of their own, a new one each: none of them has had a turn, and together they must not have them all.
TEST_F(SchedulerTest, a_stream_beside_a_crowd_of_single_pictures_gets_its_share) {
  auto sink = std::make_shared<test::RecordingSink>();
  Client stream{sink, scheduler_.open_stream({}, sink).value()};
  std::vector<Client> pictures;
  const auto send_picture = [&] {
    pictures.push_back(open({.delivery = Delivery::all}));
    offer(pictures.back());
  };
  for (int i = 0; i < 4; ++i) send_picture();
  int streamed = 0;
  for (int i = 0; i < 200; ++i) {
    offer(stream);
    auto job = scheduler_.try_next();
    ASSERT_TRUE(job);
    const LanePtr lane = job->lane;
    finish(std::move(*job));
    if (lane == stream.lane) {
      ++streamed;
      continue;
    }
    scheduler_.close_lane(lane);
    send_picture();
  }
  EXPECT_NEAR(streamed, 40, 4);
}

TEST_F(SchedulerTest, a_lane_back_from_idleness_gets_its_turn_but_no_arrears) {
  Client busy = open();
  Client idle = open();
  for (int i = 0; i < 50; ++i) {
    offer(busy);
    serve_one();
  }
  std::string order;
  for (int i = 0; i < 6; ++i) {
    offer(busy);
    offer(idle);
    auto job = scheduler_.try_next();
    order += job->lane == idle.lane ? 'i' : 'b';
    finish(std::move(*job));
  }
  // One turn each a round, whichever of the two begins it.
  EXPECT_EQ(std::ranges::count(order, 'i'), 3) << order;
  EXPECT_EQ(order.find("iii"), std::string::npos) << order;
  EXPECT_EQ(order.find("bbb"), std::string::npos) << order;
}

TEST_F(SchedulerTest, closing_a_lane_ends_what_waits_and_lets_the_one_in_flight_finish) {
  Client client = open({.delivery = Delivery::all, .queue_frames_max = 5});
  for (int i = 0; i < 3; ++i) offer(client);
  auto job = scheduler_.try_next();
  scheduler_.close_lane(client.lane);
  scheduler_.close_lane(client.lane);
  EXPECT_EQ(client.sink->story(), "2:session_closed 3:session_closed");
  finish(std::move(*job));
  EXPECT_EQ(client.sink->story(), "2:session_closed 3:session_closed 1:result");
  EXPECT_EQ(client.sink.use_count(), 1) << "the lane lets go of its sink";
  domain::EncodedFrame late;
  EXPECT_FALSE(scheduler_.offer(client.lane, std::move(late)));
}

TEST_F(SchedulerTest, closing_the_scheduler_ends_everything_that_waits) {
  Client client = open();
  offer(client);
  scheduler_.close();
  EXPECT_FALSE(scheduler_.next());
  EXPECT_EQ(client.sink->story(), "1:session_closed");
  EXPECT_EQ(scheduler_.waiting_frames(), 0u);
}

TEST_F(SchedulerTest, a_queue_turned_into_a_slot_keeps_its_newest_frame) {
  Client client = open({.delivery = Delivery::all, .queue_frames_max = 5});
  for (int i = 0; i < 3; ++i) offer(client);
  scheduler_.configure(client.lane, {.delivery = Delivery::latest});
  EXPECT_EQ(client.sink->story(), "1:superseded 2:superseded");
  EXPECT_EQ(serve_one(), 3u);
}

TEST_F(SchedulerTest, an_error_ends_its_frame_and_only_that) {
  Client client = open();
  offer(client);
  auto job = scheduler_.try_next();
  scheduler_.finish(std::move(*job), domain::Error{domain::ErrorCode::undecodable_image, "cut short"});
  offer(client);
  EXPECT_EQ(serve_one(), 2u);
  EXPECT_EQ(client.sink->story(), "1:undecodable_image 2:result");
  EXPECT_EQ(metrics_.errors[static_cast<std::size_t>(domain::ErrorCode::undecodable_image)].value(), 1u);
  EXPECT_EQ(metrics_.results.value(), 1u);
}

}  // namespace
}  // namespace hazard::pipeline
