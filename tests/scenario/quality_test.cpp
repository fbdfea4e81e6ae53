// A crowd comes and goes while results must stay younger than smaller shares alone can keep them. On a manual clock: two workers whose
// frames take as long as their rung costs.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "pipeline/scheduler.hpp"

namespace hazard {
namespace {

using namespace std::chrono_literals;
using pipeline::Job;

constexpr base::Duration kFullLook = 30ms;
constexpr domain::SizePx kPicture{1280, 720};

// Ages and changes of one session, with their times.
struct Notes final : pipeline::ResultSink {
  explicit Notes(const base::Clock& now) : clock(now) {}
  void on_verdict(domain::Verdict&& verdict) noexcept override {
    if (std::holds_alternative<domain::FrameResult>(verdict.outcome))
      ages.emplace_back(clock.now(), clock.now() - verdict.received_at);
  }
  void on_quality(const domain::QualityChange&) noexcept override { changes.push_back(clock.now()); }
  const base::Clock& clock;
  std::vector<std::pair<base::SteadyTime, base::Duration>> ages;
  std::vector<base::SteadyTime> changes;
};

class Road {
 public:
  Road() { scheduler.equip({.strategies = detect::Strategies::shared, .workers = 2, .inputs = {}, .smaller_inputs = true}); }

  struct Stream {
    pipeline::LanePtr lane;
    std::shared_ptr<Notes> notes;
    base::SteadyTime next{};
    std::uint64_t seq = 0;
  };
  void come(std::size_t count, base::Duration age_max) {
    for (std::size_t i = 0; i < count; ++i) {
      pipeline::LaneSettings settings;
      settings.fps = 10;
      settings.age_max = age_max;
      settings.tracking = true;
      settings.quality = domain::QualityMode::balanced;
      Stream stream{.lane = {}, .notes = std::make_shared<Notes>(clock), .next = clock.now() + i * 7ms};
      auto lane = scheduler.open_stream(settings, stream.notes);
      ASSERT_TRUE(lane);
      stream.lane = *lane;
      streams.push_back(std::move(stream));
    }
  }
  void run(base::Duration span, std::size_t sending) {
    const auto end = clock.now() + span;
    while (clock.now() < end) {
      clock.advance(1ms);
      for (std::size_t i = 0; i < sending; ++i) send(streams[i]);
      std::erase_if(running_, [&](auto& each) {
        if (clock.now() < each.second) return false;
        domain::FrameResult result{.picture = kPicture};
        result.predicted = !each.first.look;
        result.times.queue = each.first.taken_at - each.first.frame.received_at;
        if (each.first.look) result.input = pipeline::InputRule{}.input_for(kPicture, each.first.fit);
        scheduler.finish(std::move(each.first), std::move(result));
        return true;
      });
      while (running_.size() < 2) {
        auto job = scheduler.try_next();
        if (!job) break;
        const double cost = !job->look ? 0.02 : job->rung.scale == 1 ? 1 : 0.45;
        running_.emplace_back(std::move(*job), clock.now() + std::chrono::duration_cast<base::Duration>(cost * kFullLook));
      }
    }
  }

  base::ManualClock clock;
  pipeline::PipelineMetrics metrics;
  pipeline::Scheduler scheduler{clock, metrics};
  std::vector<Stream> streams;

 private:
  void send(Stream& stream) {
    if (clock.now() < stream.next) return;
    while (stream.next <= clock.now()) stream.next += 100ms;  // each keeps its phase while it is silent
    domain::EncodedFrame frame;
    frame.seq = ++stream.seq;
    frame.received_at = clock.now();
    ASSERT_TRUE(scheduler.offer(stream.lane, std::move(frame)));
  }
  std::vector<std::pair<Job, base::SteadyTime>> running_;
};

base::Duration age_p90(const std::vector<std::pair<base::SteadyTime, base::Duration>>& ages, base::SteadyTime from,
                       base::SteadyTime to) {
  std::vector<base::Duration> within;
  for (const auto& [at, age] : ages) {
    if (at >= from && at < to) within.push_back(age);
  }
  if (within.empty()) return {};
  std::ranges::sort(within);
  return within[(within.size() - 1) * 9 / 10];
}

TEST(Quality, a_crowd_brings_each_session_down_once_and_nobody_up_and_down_again) {
  Road road;
  road.come(10, 150ms);
  road.run(6s, 1);
  const auto came = road.clock.now();
  road.run(40s, 10);
  const auto left = road.clock.now();
  for (auto& stream : road.streams) {
    EXPECT_LE(stream.notes->changes.size(), 4u);
    for (auto from = came + 3s; from < left; from += 1s)
      EXPECT_LE(age_p90(stream.notes->ages, from, from + 1s), 75ms)
          << (from - came) / 1s << " s after they came, session " << (&stream - road.streams.data());
  }
  road.run(20s, 1);
  const auto& stayed = *road.streams.front().notes;
  EXPECT_LE(stayed.changes.size(), 4u);
  ASSERT_GE(stayed.changes.size(), 1u) << "the crowd must have been felt";
  EXPECT_EQ(road.scheduler.state_of(road.streams.front().lane).rung.scale, 1);
  EXPECT_LE(stayed.changes.back(), left + 10s);
}

TEST(Quality, where_smaller_shares_keep_the_age_nobody_steps_down) {
  Road road;
  road.come(20, 500ms);
  road.run(6s, 1);
  road.run(40s, 20);
  for (auto& stream : road.streams) EXPECT_EQ(stream.notes->changes.size(), 0u);
}

}  // namespace
}  // namespace hazard
