// The law under random histories on a manual clock: every offered frame ends in exactly one verdict, results in order.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <vector>

#include "pipeline/scheduler.hpp"
#include "support/recording_sink.hpp"

namespace hazard::pipeline {
namespace {

struct World {
  explicit World(unsigned seed) : random(seed) {}

  int roll(int sides) { return std::uniform_int_distribution<int>(0, sides - 1)(random); }

  LaneSettings any_settings() {
    LaneSettings settings;
    settings.delivery = roll(2) == 0 ? domain::Delivery::latest : domain::Delivery::all;
    settings.fps = roll(3) == 0 ? 0 : 1 + roll(30);
    if (roll(2) == 0) settings.age_max = std::chrono::milliseconds(50 + roll(500));
    settings.queue_frames_max = static_cast<std::size_t>(1 + roll(5));
    return settings;
  }

  void step() {
    switch (roll(8)) {
      case 0: {
        if (clients.size() >= 6) break;
        auto sink = std::make_shared<test::RecordingSink>();
        clients.push_back({sink, scheduler.open_lane(any_settings(), sink)});
        break;
      }
      case 1:
      case 2:
      case 3: {
        if (clients.empty()) break;
        auto& client = clients[static_cast<std::size_t>(roll(static_cast<int>(clients.size())))];
        domain::EncodedFrame frame;
        frame.seq = client.offered + 1;
        frame.received_at = clock.now();
        if (scheduler.offer(client.lane, std::move(frame))) ++client.offered;
        break;
      }
      case 4:
        if (jobs.size() < 3)
          if (auto job = scheduler.try_next()) jobs.push_back(std::move(*job));
        break;
      case 5: finish_one(); break;
      case 6: clock.advance(std::chrono::milliseconds(roll(120))); break;
      case 7: {
        if (clients.empty()) break;
        auto& client = clients[static_cast<std::size_t>(roll(static_cast<int>(clients.size())))];
        if (roll(4) == 0)
          scheduler.close_lane(client.lane);
        else
          scheduler.configure(client.lane, any_settings());
        break;
      }
    }
  }

  void finish_one() {
    if (jobs.empty()) return;
    const auto at = static_cast<std::ptrdiff_t>(roll(static_cast<int>(jobs.size())));
    Job job = std::move(jobs[static_cast<std::size_t>(at)]);
    jobs.erase(jobs.begin() + at);
    if (roll(5) == 0) {
      scheduler.finish(std::move(job), domain::Error{domain::ErrorCode::inference_failed, "scripted"});
    } else {
      scheduler.finish(std::move(job), domain::FrameResult{});
    }
  }

  struct Client {
    std::shared_ptr<test::RecordingSink> sink;
    LanePtr lane;
    std::uint64_t offered = 0;
  };
  std::mt19937 random;
  base::ManualClock clock;
  PipelineMetrics metrics;
  Scheduler scheduler{clock, metrics};
  std::vector<Client> clients;
  std::vector<Job> jobs;
};

TEST(SchedulerLaw, every_frame_ends_exactly_once_and_results_keep_their_order_in_ten_thousand_histories) {
  for (unsigned seed = 1; seed <= 10'000; ++seed) {
    World world(seed);
    for (int i = 0; i < 60; ++i) world.step();
    while (!world.jobs.empty()) world.finish_one();
    world.scheduler.close();
    for (const auto& client : world.clients) {
      std::set<std::uint64_t> ended;
      std::uint64_t last_result = 0;
      for (const auto& verdict : client.sink->verdicts()) {
        ASSERT_TRUE(ended.insert(verdict.seq).second) << "twice: " << verdict.seq << ", seed " << seed;
        if (!std::holds_alternative<domain::FrameResult>(verdict.outcome)) continue;
        ASSERT_GT(verdict.seq, last_result) << "out of order, seed " << seed;
        last_result = verdict.seq;
      }
      ASSERT_EQ(ended.size(), client.offered) << "seed " << seed;
    }
    ASSERT_EQ(world.scheduler.waiting_frames(), 0u);
  }
}

}  // namespace
}  // namespace hazard::pipeline
