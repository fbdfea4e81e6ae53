// What the scheduler decides besides whose turn it is: all cores or one, looked at or predicted, admitted or refused.
#include <gtest/gtest.h>
#include <time.h>

#include <array>
#include <thread>

#include "pipeline/scheduler.hpp"
#include "support/recording_sink.hpp"

namespace hazard::pipeline {
namespace {

using namespace std::chrono_literals;
using detect::Strategies;
using detect::Strategy;

class QualitySink final : public ResultSink {
 public:
  void on_verdict(domain::Verdict&& verdict) noexcept override { verdicts.push_back(std::move(verdict)); }
  void on_quality(const domain::QualityChange& change) noexcept override {
    changes.push_back(change);
    change_after.push_back(verdicts.size());
  }
  std::vector<domain::Verdict> verdicts;
  std::vector<domain::QualityChange> changes;
  std::vector<std::size_t> change_after;
};

class SchedulerStrategyTest : public testing::Test {
 protected:
  struct Client {
    std::shared_ptr<QualitySink> sink = std::make_shared<QualitySink>();
    LanePtr lane;
    std::uint64_t seq = 0;
  };
  void SetUp() override { equip(Strategies::both); }
  void equip(Strategies strategies) {
    scheduler_.equip({.strategies = strategies, .workers = 2, .inputs = {}, .smaller_inputs = true});
  }
  Client open(LaneSettings settings = {}) {
    Client client;
    auto lane = scheduler_.open_stream(settings, client.sink);
    EXPECT_TRUE(lane);
    if (lane) client.lane = *lane;
    return client;
  }
  void offer(Client& client) {
    domain::EncodedFrame frame;
    frame.seq = ++client.seq;
    frame.received_at = clock_.now();
    ASSERT_TRUE(scheduler_.offer(client.lane, std::move(frame)));
  }
  Job take() {
    auto job = scheduler_.try_next();
    EXPECT_TRUE(job);
    return job ? std::move(*job) : Job{};
  }
  void finish(Job&& job, base::Duration service = 20ms) {
    clock_.advance(service);
    domain::FrameResult result;
    result.picture = {1280, 720};
    result.input = {640, 384};
    scheduler_.finish(std::move(job), std::move(result));
  }

  base::ManualClock clock_;
  PipelineMetrics metrics_;
  Scheduler scheduler_{clock_, metrics_};
};

TEST_F(SchedulerStrategyTest, a_lane_on_its_own_gets_all_cores_every_time) {
  Client client = open();
  for (int i = 0; i < 5; ++i) {
    offer(client);
    Job job = take();
    EXPECT_EQ(job.strategy, Strategy::alone);
    finish(std::move(job));
  }
  EXPECT_EQ(metrics_.looked[0].value(), 5u);
}

// Ratio of processor time to time, within one run: a worker that spins has 1, one that sleeps 0.
TEST(SchedulerSleep, a_worker_sleeps_while_another_frame_has_all_cores) {
  const base::RealClock clock;
  PipelineMetrics metrics;
  Scheduler scheduler(clock, metrics);
  scheduler.equip({.strategies = Strategies::both, .workers = 2, .inputs = {}, .smaller_inputs = true});
  const auto sink = std::make_shared<QualitySink>();
  const std::array lanes{scheduler.open_lane({}, sink), scheduler.open_lane({}, sink)};
  const auto offer = [&](const LanePtr& lane) {
    domain::EncodedFrame frame;
    frame.seq = 1;
    frame.received_at = clock.now();
    ASSERT_TRUE(scheduler.offer(lane, std::move(frame)));
  };
  offer(lanes[0]);
  auto first = scheduler.try_next();
  ASSERT_TRUE(first);
  ASSERT_EQ(first->strategy, Strategy::alone);
  offer(lanes[1]);
  double busy_s = 0;
  std::thread worker([&] {
    auto second = scheduler.next();
    timespec spent{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    busy_s = static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
    ASSERT_TRUE(second);
    scheduler.finish(std::move(*second), domain::FrameResult{});
  });
  const auto began = clock.now();
  std::this_thread::sleep_for(200ms);
  scheduler.finish(std::move(*first), domain::FrameResult{});
  worker.join();
  EXPECT_LT(busy_s, 0.25 * std::chrono::duration<double>(clock.now() - began).count());
}

TEST_F(SchedulerStrategyTest, while_a_frame_has_all_cores_nothing_else_runs) {
  Client a = open();
  Client b = open();
  offer(a);
  Job first = take();
  ASSERT_EQ(first.strategy, Strategy::alone);
  offer(b);
  EXPECT_FALSE(scheduler_.try_next());
  finish(std::move(first));
  Job second = take();
  EXPECT_EQ(second.frame.seq, 1u);
  EXPECT_EQ(second.strategy, Strategy::shared) << "the other lane was here a moment ago";
  finish(std::move(second));
}

TEST_F(SchedulerStrategyTest, two_lanes_that_are_ready_get_a_core_each) {
  Client a = open();
  Client b = open();
  offer(a);
  offer(b);
  Job first = take();
  Job second = take();
  EXPECT_EQ(first.strategy, Strategy::shared);
  EXPECT_EQ(second.strategy, Strategy::shared);
  finish(std::move(first));
  finish(std::move(second));
}

TEST_F(SchedulerStrategyTest, lanes_in_lock_step_settle_on_a_core_each) {
  Client a = open();
  Client b = open();
  int shared = 0;
  offer(a);
  offer(b);
  Job first = take();
  Job second = take();
  for (int i = 0; i < 20; ++i) {
    shared += first.strategy == Strategy::shared;
    finish(std::move(first), 10ms);
    clock_.advance(1ms);
    offer(a);
    first = take();
    shared += second.strategy == Strategy::shared;
    finish(std::move(second), 10ms);
    clock_.advance(1ms);
    offer(b);
    second = take();
  }
  EXPECT_EQ(shared, 40);
  finish(std::move(first));
  finish(std::move(second));
}

TEST_F(SchedulerStrategyTest, when_the_others_have_gone_a_lane_has_all_cores_again) {
  Client a = open();
  Client b = open();
  offer(a);
  offer(b);
  finish(take());
  finish(take());
  clock_.advance(200ms);
  offer(a);
  Job job = take();
  EXPECT_EQ(job.strategy, Strategy::alone);
  finish(std::move(job));
}

TEST_F(SchedulerStrategyTest, an_operator_who_chose_one_strategy_gets_it_always) {
  for (const auto [allowed, expected] :
       {std::pair(Strategies::alone, Strategy::alone), std::pair(Strategies::shared, Strategy::shared)}) {
    equip(allowed);
    Client client = open();
    offer(client);
    Job job = take();
    EXPECT_EQ(job.strategy, expected);
    finish(std::move(job));
    scheduler_.close_lane(client.lane);
  }
}

TEST_F(SchedulerStrategyTest, late_results_step_down_and_the_change_is_told_after_the_verdict_that_showed_it) {
  Client client = open({.age_max = 500ms, .tracking = true, .quality = domain::QualityMode::balanced});
  while (client.sink->changes.empty() && client.seq < 20) {
    offer(client);
    finish(take(), 300ms);
  }
  ASSERT_EQ(client.sink->changes.size(), 1u);
  const domain::QualityChange& change = client.sink->changes[0];
  EXPECT_EQ(change.input, (domain::SizePx{416, 256})) << "the shape of its own pictures";
  EXPECT_EQ(change.reason, "late");
  EXPECT_EQ(client.sink->change_after[0], client.seq);
  EXPECT_EQ(metrics_.quality_changes.value(), 1u);
  offer(client);
  Job next = take();
  EXPECT_DOUBLE_EQ(next.rung.scale, 0.65);
  finish(std::move(next));
}

TEST_F(SchedulerStrategyTest, on_the_lowest_rung_one_frame_of_three_is_looked_at) {
  Client client = open({.age_max = 500ms, .tracking = true, .quality = domain::QualityMode::balanced});
  while (client.lane->ladder.rung().every != 3 && client.seq < 100) {
    offer(client);
    finish(take(), 1500ms);
  }
  ASSERT_EQ(client.lane->ladder.rung().every, 3);
  int looked = 0;
  for (int i = 0; i < 9; ++i) {
    offer(client);
    Job job = take();
    looked += job.look;
    finish(std::move(job), 30ms);
  }
  EXPECT_EQ(looked, 3);
  EXPECT_EQ(std::get<domain::FrameResult>(client.sink->verdicts.back().outcome).every, 3);
}

TEST_F(SchedulerStrategyTest, streams_are_admitted_while_everyone_gets_a_frame_a_second_and_then_refused_with_a_time) {
  scheduler_.seed_capacity(4);
  std::vector<Client> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(open({.fps = 10}));
    offer(clients.back());
  }
  const auto refused = scheduler_.open_stream({.fps = 10}, std::make_shared<QualitySink>());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::ErrorCode::overloaded);
  EXPECT_EQ(refused.error().retry_after, kSendsWithin);
  EXPECT_EQ(scheduler_.lanes(), 3u);
  EXPECT_EQ(metrics_.refused_streams.value(), 1u);
  EXPECT_LE(scheduler_.granted_fps(), 4);
  // The time is true: who sends nothing until then makes room.
  clock_.advance(kSendsWithin);
  EXPECT_TRUE(scheduler_.open_stream({.fps = 10}, std::make_shared<QualitySink>()));
}

TEST_F(SchedulerStrategyTest, a_thousand_open_sockets_that_send_nothing_are_no_load) {
  scheduler_.seed_capacity(4);
  std::vector<Client> idle;
  for (int i = 0; i < 1000; ++i) idle.push_back(open({.fps = 10}));
  EXPECT_EQ(metrics_.refused_streams.value(), 0u);
  EXPECT_EQ(scheduler_.granted_fps(), 0);
}

TEST_F(SchedulerStrategyTest, a_stream_that_goes_on_after_a_restart_is_never_refused) {
  scheduler_.seed_capacity(1.5);
  Client first = open({.fps = 10});
  offer(first);
  ASSERT_FALSE(scheduler_.open_stream({.fps = 10}, std::make_shared<QualitySink>()));
  EXPECT_TRUE(scheduler_.open_stream({.fps = 10}, std::make_shared<QualitySink>(), Scheduler::Entry::returning));
}

TEST_F(SchedulerStrategyTest, a_smaller_grant_is_suggested_in_the_results) {
  scheduler_.seed_capacity(20);
  Client a = open({.fps = 30});
  Client b = open({.fps = 30});
  offer(b);
  finish(take(), 100ms);
  clock_.advance(1s);
  offer(a);
  finish(take(), 100ms);
  const auto& result = std::get<domain::FrameResult>(a.sink->verdicts.back().outcome);
  ASSERT_TRUE(result.suggest);
  EXPECT_NEAR(result.suggest->fps, 9.5, 0.1);
  EXPECT_NEAR(scheduler_.state_of(a.lane).granted_fps, 9.5, 0.1);
}

TEST_F(SchedulerStrategyTest, capacity_that_halves_and_returns_moves_the_grants_and_the_sum_stays_below_it) {
  equip(Strategies::shared);
  scheduler_.seed_capacity(40);
  std::vector<Client> clients;
  for (int i = 0; i < 4; ++i) clients.push_back(open({.fps = 30}));
  const auto run = [&](base::Duration service, int frames) {
    for (int i = 0; i < frames; ++i) {
      for (Client& client : clients) offer(client);
      finish(take(), service);
    }
  };
  run(50ms, 200);
  EXPECT_NEAR(scheduler_.state_of(clients[0].lane).granted_fps, 9.5, 0.5);
  run(100ms, 200);
  EXPECT_NEAR(scheduler_.state_of(clients[0].lane).granted_fps, 4.75, 0.3);
  EXPECT_LE(scheduler_.granted_fps(), scheduler_.capacity_fps());
  run(50ms, 200);
  EXPECT_NEAR(scheduler_.state_of(clients[0].lane).granted_fps, 9.5, 0.5);
}

}  // namespace
}  // namespace hazard::pipeline
