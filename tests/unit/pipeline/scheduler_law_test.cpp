// The law under random histories on a manual clock, looked at after every step: every offered frame ends in exactly one verdict,
// results in order, nothing runs beside a frame that has all cores, queues keep their bounds, grants add up to no more than there
// is, and no lane that always has a frame, and no camera whose frames are replaced, gets more than a few results ahead of another.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "pipeline/scheduler.hpp"
#include "support/recording_sink.hpp"

namespace hazard::pipeline {
namespace {

struct World {
  explicit World(unsigned seed) : random(seed) {
    const auto strategies = static_cast<detect::Strategies>(roll(3));
    both = strategies == detect::Strategies::both;
    scheduler.equip({.strategies = strategies, .workers = 3, .smaller_inputs = true});
    if (roll(2) == 0) scheduler.seed_capacity(1 + roll(60));
  }

  int roll(int sides) { return std::uniform_int_distribution<int>(0, sides - 1)(random); }

  LaneSettings any_settings() {
    LaneSettings settings;
    settings.delivery = roll(2) == 0 ? domain::Delivery::latest : domain::Delivery::all;
    settings.fps = roll(3) == 0 ? 0 : 1 + roll(30);
    if (roll(2) == 0) settings.age_max = std::chrono::milliseconds(50 + roll(500));
    settings.queue_frames_max = static_cast<std::size_t>(1 + roll(5));
    settings.quality = static_cast<domain::QualityMode>(roll(3));
    settings.tracking = roll(2) == 0;
    return settings;
  }

  void step() {
    switch (roll(8)) {
      case 0: {
        if (clients.size() >= 6) break;
        auto sink = std::make_shared<test::RecordingSink>();
        if (roll(2) == 0) {
          clients.push_back({sink, scheduler.open_lane(any_settings(), sink)});
        } else if (auto lane = scheduler.open_stream(any_settings(), sink)) {
          clients.push_back({sink, std::move(*lane)});
        }
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

  // What must hold whenever one looks. Returns what does not.
  std::string broken() {
    const bool alone = std::ranges::any_of(jobs, [](const Job& job) { return job.strategy == detect::Strategy::alone; });
    if (alone && both && jobs.size() > 1) return "something runs beside a frame that has all cores";
    std::set<const Lane*> lanes;
    for (const Job& job : jobs) {
      if (!lanes.insert(job.lane.get()).second) return "two frames of one lane in flight";
    }
    for (const Client& client : clients) {
      if (client.lane->waiting.size() > std::max<std::size_t>(1, client.lane->settings.queue_frames_max))
        return "a queue too long";
      if (!client.lane->in_flight && lanes.contains(client.lane.get())) return "in flight and not";
      const std::size_t in_flight = lanes.contains(client.lane.get()) ? 1 : 0;
      if (client.offered != client.sink->verdicts().size() + client.lane->waiting.size() + in_flight) return "a frame is lost";
    }
    if (const double capacity = scheduler.capacity_fps(); capacity > 0 && scheduler.granted_fps() > capacity * 1.5) {
      return "more is promised than there is";
    }
    return {};
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
  bool both = false;
  base::ManualClock clock;
  PipelineMetrics metrics;
  Scheduler scheduler{clock, metrics};
  std::vector<Client> clients;
  std::vector<Job> jobs;
};

TEST(SchedulerLaw, every_frame_ends_exactly_once_and_results_keep_their_order_in_ten_thousand_histories) {
  for (unsigned seed = 1; seed <= 10'000; ++seed) {
    World world(seed);
    for (int i = 0; i < 60; ++i) {
      world.step();
      const std::string broken = world.broken();
      ASSERT_TRUE(broken.empty()) << broken << ", seed " << seed << ", step " << i;
    }
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

// Lanes that always have a frame ready share the results equally, whatever promises and service times are.
TEST(SchedulerLaw, lanes_that_always_have_a_frame_stay_within_four_results_of_each_other) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    base::ManualClock clock;
    PipelineMetrics metrics;
    Scheduler scheduler(clock, metrics);
    scheduler.equip({.strategies = static_cast<detect::Strategies>(random() % 3), .workers = 2, .smaller_inputs = true});
    std::vector<std::shared_ptr<test::RecordingSink>> sinks;
    std::vector<LanePtr> lanes;
    const std::size_t count = 2 + random() % 6;
    std::vector<int> served(count);
    for (std::size_t i = 0; i < count; ++i) {
      sinks.push_back(std::make_shared<test::RecordingSink>());
      lanes.push_back(seed % 2 == 0 ? scheduler.open_lane({.fps = 0}, sinks.back())
                                    : std::move(scheduler.open_stream({.fps = 0}, sinks.back()).value()));
      lanes.back()->granted_fps = 1 + static_cast<double>(random() % 30);
    }
    std::vector<Job> jobs;
    for (int step = 0; step < 300; ++step) {
      for (const LanePtr& lane : lanes) {
        domain::EncodedFrame frame;
        frame.received_at = clock.now();
        ASSERT_TRUE(scheduler.offer(lane, std::move(frame)));
      }
      while (jobs.size() < 2) {
        auto job = scheduler.try_next();
        if (!job) break;
        ++served[static_cast<std::size_t>(std::ranges::find(lanes, job->lane) - lanes.begin())];
        jobs.push_back(std::move(*job));
      }
      const auto [least, most] = std::ranges::minmax(served);
      ASSERT_LE(most - least, 4) << "seed " << seed << ", step " << step;
      clock.advance(std::chrono::milliseconds(5 + random() % 60));
      scheduler.finish(std::move(jobs.front()), domain::FrameResult{});
      jobs.erase(jobs.begin());
    }
    while (!jobs.empty()) {
      scheduler.finish(std::move(jobs.back()), domain::FrameResult{});
      jobs.pop_back();
    }
  }
}

// Cameras have nothing to offer for a part of each interval; whoever is passed by fresher frames meanwhile makes up for it.
TEST(SchedulerLaw, cameras_whose_frames_are_replaced_stay_within_five_results_of_each_other) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    std::mt19937 random(seed);
    base::ManualClock clock;
    PipelineMetrics metrics;
    Scheduler scheduler(clock, metrics);
    scheduler.equip({.strategies = detect::Strategies::shared, .workers = 2});
    std::vector<LanePtr> lanes;
    const std::size_t count = 3 + random() % 6;
    const int interval = 24 + static_cast<int>(random() % 16);
    const int service = 24 + static_cast<int>(random() % 16);
    scheduler.seed_capacity(2000.0 / service);
    std::vector<int> phase(count);
    std::vector<int> served(count);
    for (std::size_t i = 0; i < count; ++i) {
      lanes.push_back(scheduler.open_stream({.fps = 60}, std::make_shared<test::RecordingSink>()).value());
      phase[i] = static_cast<int>(random() % static_cast<unsigned>(interval));
    }
    std::vector<std::pair<int, Job>> jobs;
    for (int ms = 0; ms < 10'000; ++ms, clock.advance(std::chrono::milliseconds(1))) {
      for (std::size_t i = 0; i < count; ++i) {
        if (ms % interval != phase[i]) continue;
        domain::EncodedFrame frame;
        frame.received_at = clock.now();
        ASSERT_TRUE(scheduler.offer(lanes[i], std::move(frame)));
      }
      for (auto it = jobs.begin(); it != jobs.end();) {
        if (it->first > ms) {
          ++it;
          continue;
        }
        ++served[static_cast<std::size_t>(std::ranges::find(lanes, it->second.lane) - lanes.begin())];
        scheduler.finish(std::move(it->second), domain::FrameResult{});
        it = jobs.erase(it);
      }
      while (jobs.size() < 2) {
        auto job = scheduler.try_next();
        if (!job) break;
        jobs.emplace_back(ms + service - 2 + static_cast<int>(random() % 5), std::move(*job));
      }
      const auto [least, most] = std::ranges::minmax(served);
      ASSERT_LE(most - least, 5) << "seed " << seed << ", ms " << ms;
    }
    EXPECT_GE(lanes.front()->granted_fps, 4) << "more than one round was open";
    for (auto& [until, job] : jobs) scheduler.finish(std::move(job), domain::FrameResult{});
  }
}

}  // namespace
}  // namespace hazard::pipeline
