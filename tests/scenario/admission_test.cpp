// Streams arrive until one is refused; then the machine slows down to half and recovers. On a manual clock: two workers whose frames
// take as long as the test says, clients that send by the clock.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <vector>

#include "pipeline/scheduler.hpp"
#include "support/recording_sink.hpp"

namespace hazard {
namespace {

using namespace std::chrono_literals;
using pipeline::Job;
using pipeline::LanePtr;

class Machine {
 public:
  explicit Machine(base::Duration service) : service_(service) {
    scheduler.equip({.strategies = detect::Strategies::shared, .workers = 2, .smaller_inputs = true});
    scheduler.seed_capacity(2e9 / static_cast<double>(service.count()));
  }

  struct Stream {
    LanePtr lane;
    std::shared_ptr<test::RecordingSink> sink = std::make_shared<test::RecordingSink>();
    double fps = 0;
    base::SteadyTime next{};
    std::uint64_t seq = 0;
    std::size_t counted = 0;  // verdicts seen so far
  };

  domain::Result<void> arrive(double fps) {
    Stream stream;
    stream.fps = fps;
    stream.next = clock.now();
    pipeline::LaneSettings settings;
    settings.fps = fps;
    settings.age_max = 2s;
    auto lane = scheduler.open_stream(settings, stream.sink);
    if (!lane) return std::unexpected(lane.error());
    stream.lane = *lane;
    streams.push_back(std::move(stream));
    return {};
  }
  void leave() {
    scheduler.close_lane(streams.back().lane);
    streams.pop_back();
  }
  void slow_down_to(base::Duration service) { service_ = service; }

  // Results of each stream in the time, oldest first.
  std::vector<double> run(base::Duration span) {
    for (Stream& stream : streams) stream.counted = stream.sink->verdicts().size();
    const auto end = clock.now() + span;
    while (clock.now() < end) {
      clock.advance(1ms);
      for (Stream& stream : streams) send(stream);
      std::erase_if(running_, [&](auto& each) {
        if (clock.now() < each.second) return false;
        scheduler.finish(std::move(each.first), domain::FrameResult{.picture = {1280, 720}, .input = {640, 384}});
        return true;
      });
      while (running_.size() < 2) {
        auto job = scheduler.try_next();
        if (!job) break;
        running_.emplace_back(std::move(*job), clock.now() + service_);
      }
    }
    std::vector<double> results;
    for (const Stream& stream : streams) {
      const auto verdicts = stream.sink->verdicts();
      results.push_back(static_cast<double>(
          std::count_if(verdicts.begin() + static_cast<std::ptrdiff_t>(stream.counted), verdicts.end(),
                        [](const auto& verdict) { return std::holds_alternative<domain::FrameResult>(verdict.outcome); })));
    }
    return results;
  }

  base::ManualClock clock;
  pipeline::PipelineMetrics metrics;
  pipeline::Scheduler scheduler{clock, metrics};
  std::vector<Stream> streams;

 private:
  void send(Stream& stream) {
    if (clock.now() < stream.next) return;
    stream.next += std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(1 / stream.fps));
    domain::EncodedFrame frame;
    frame.seq = ++stream.seq;
    frame.received_at = clock.now();
    ASSERT_TRUE(scheduler.offer(stream.lane, std::move(frame)));
  }

  base::Duration service_;
  std::vector<std::pair<Job, base::SteadyTime>> running_;
};

double grants_of(Machine& machine) {
  return std::accumulate(machine.streams.begin(), machine.streams.end(), 0.0, [&](double sum, const auto& stream) {
    return sum + machine.scheduler.state_of(stream.lane).granted_fps;
  });
}

void expect_grants_are_kept(Machine& machine, double seconds) {
  std::vector<double> granted;
  for (const auto& stream : machine.streams) granted.push_back(machine.scheduler.state_of(stream.lane).granted_fps);
  const auto results = machine.run(std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(seconds)));
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_GE(results[i] / seconds, 0.9 * std::min(granted[i], machine.streams[i].fps))
        << "stream " << i << " of " << results.size();
  }
}

TEST(admission, streams_arrive_until_one_is_refused_and_those_in_service_keep_their_grants) {
  Machine machine(50ms);  // 40 frames a second
  std::optional<domain::Error> refusal;
  for (int i = 0; i < 60 && !refusal; ++i) {
    if (auto arrived = machine.arrive(10); !arrived) refusal = arrived.error();
    machine.run(200ms);
    EXPECT_LE(grants_of(machine), machine.scheduler.capacity_fps());
  }
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, domain::ErrorCode::overloaded);
  EXPECT_EQ(machine.streams.size(), 38u) << "0.95 of 40 frames a second, at least one for each";
  expect_grants_are_kept(machine, 20);
}

TEST(admission, the_time_to_try_again_is_true) {
  Machine machine(50ms);
  while (machine.arrive(10)) machine.run(20ms);
  const auto refused = machine.arrive(10);
  ASSERT_FALSE(refused);
  ASSERT_TRUE(refused.error().retry_after);
  machine.leave();
  machine.run(*refused.error().retry_after);
  EXPECT_TRUE(machine.arrive(10)) << "somebody left meanwhile";
}

TEST(admission, a_machine_that_slows_down_to_half_and_recovers_moves_the_grants_with_it) {
  Machine machine(50ms);
  for (const double fps : {30.0, 30.0, 10.0, 2.0}) ASSERT_TRUE(machine.arrive(fps));
  machine.run(5s);
  expect_grants_are_kept(machine, 10);
  const double before = grants_of(machine);
  EXPECT_NEAR(before, 38, 1);

  machine.slow_down_to(100ms);
  machine.run(5s);
  EXPECT_NEAR(grants_of(machine), 19, 1);
  EXPECT_LE(grants_of(machine), machine.scheduler.capacity_fps());
  EXPECT_NEAR(machine.scheduler.state_of(machine.streams[3].lane).granted_fps, 2, 0.01) << "the modest one keeps its rate";
  expect_grants_are_kept(machine, 10);

  machine.slow_down_to(50ms);
  machine.run(5s);
  EXPECT_NEAR(grants_of(machine), before, 1);
  expect_grants_are_kept(machine, 10);
}

TEST(admission, a_slower_machine_refuses_newcomers_and_keeps_those_it_has) {
  Machine machine(100ms);  // 20 frames a second
  for (int i = 0; i < 15; ++i) ASSERT_TRUE(machine.arrive(10));
  machine.run(5s);
  machine.slow_down_to(200ms);
  machine.run(15s);  // ten frames a second: the estimate takes as many seconds to settle
  EXPECT_FALSE(machine.arrive(10));
  EXPECT_EQ(machine.streams.size(), 15u);
  expect_grants_are_kept(machine, 20);
}

}  // namespace
}  // namespace hazard
