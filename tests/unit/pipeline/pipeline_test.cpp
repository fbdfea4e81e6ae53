#include "pipeline/pipeline.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <stdexcept>

#include "detect/fake_engine.hpp"
#include "support/pictures.hpp"
#include "support/recording_sink.hpp"

namespace hazard::pipeline {
namespace {

domain::EncodedFrame frame(std::uint64_t seq, const base::Clock& clock) {
  domain::EncodedFrame encoded;
  encoded.seq = seq;
  encoded.received_at = clock.now();
  encoded.buffer = test::jpeg({64, 48});
  return encoded;
}

class PipelineTest : public testing::Test {
 protected:
  base::RealClock clock_;
  Pipeline pipeline_{clock_};
  std::shared_ptr<test::RecordingSink> sink_ = std::make_shared<test::RecordingSink>();
  LaneSettings all_{.delivery = domain::Delivery::all, .queue_frames_max = 50};
};

TEST_F(PipelineTest, without_an_engine_it_is_not_ready_and_stops_cleanly) {
  EXPECT_FALSE(pipeline_.ready());
  EXPECT_EQ(pipeline_.model(), nullptr);
  pipeline_.stop();
}

TEST_F(PipelineTest, two_workers_answer_a_lane_in_order) {
  pipeline_.start(detect::make_fake_engine({.workers = 2}));
  const LanePtr lane = pipeline_.scheduler().open_lane(all_, sink_);
  for (std::uint64_t seq = 1; seq <= 40; ++seq) EXPECT_TRUE(pipeline_.scheduler().offer(lane, frame(seq, clock_)));
  ASSERT_TRUE(sink_->wait_for(40));
  std::uint64_t expected = 0;
  for (const auto& verdict : sink_->verdicts()) EXPECT_EQ(verdict.seq, ++expected);
  EXPECT_EQ(pipeline_.metrics().results.value(), 40u);
  EXPECT_GT(pipeline_.capacity_fps(), 0);
  pipeline_.scheduler().close_lane(lane);
}

TEST_F(PipelineTest, a_worker_survives_what_a_library_throws) {
  std::atomic<int> calls = 0;
  pipeline_.start(detect::make_fake_engine({.on_infer = [&]() -> domain::Result<void> {
    if (calls.fetch_add(1) == 0) throw std::bad_alloc();
    return {};
  }}));
  const LanePtr lane = pipeline_.scheduler().open_lane(all_, sink_);
  EXPECT_TRUE(pipeline_.scheduler().offer(lane, frame(1, clock_)));
  EXPECT_TRUE(pipeline_.scheduler().offer(lane, frame(2, clock_)));
  ASSERT_TRUE(sink_->wait_for(2));
  EXPECT_EQ(sink_->story(), "1:inference_failed 2:result");
  pipeline_.scheduler().close_lane(lane);
}

TEST_F(PipelineTest, stop_finishes_what_is_in_flight_and_ends_what_waits) {
  std::latch entered(1);
  std::latch leave(1);
  pipeline_.start(detect::make_fake_engine({.on_infer = [&]() -> domain::Result<void> {
    entered.count_down();
    leave.wait();
    return {};
  }}));
  const LanePtr lane = pipeline_.scheduler().open_lane(all_, sink_);
  EXPECT_TRUE(pipeline_.scheduler().offer(lane, frame(1, clock_)));
  EXPECT_TRUE(pipeline_.scheduler().offer(lane, frame(2, clock_)));
  entered.wait();
  std::thread stopper([&] { pipeline_.stop(); });
  ASSERT_TRUE(sink_->wait_for(1));
  leave.count_down();
  stopper.join();
  EXPECT_EQ(sink_->story(), "2:session_closed 1:result");
}

}  // namespace
}  // namespace hazard::pipeline
