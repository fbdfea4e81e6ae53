#include "pipeline/lane.hpp"

#include <gtest/gtest.h>

namespace hazard::pipeline {
namespace {

using namespace std::chrono_literals;

TEST(LaneSettings, follow_the_sessions_configuration) {
  domain::StreamConfig config;
  config.fps_limit = 12;
  config.delivery = domain::Delivery::all;
  config.max_age_ms = 250;
  config.enable_tracking = false;
  config.quality_mode = domain::QualityMode::speed;
  config.confidence_threshold = 0.25;
  const LaneSettings settings = LaneSettings::from(config, 7);
  EXPECT_EQ(settings.delivery, domain::Delivery::all);
  EXPECT_EQ(settings.fps, 12);
  EXPECT_EQ(settings.age_max, 250ms);
  EXPECT_EQ(settings.queue_frames_max, 7u);
  EXPECT_FALSE(settings.tracking);
  EXPECT_EQ(settings.quality, domain::QualityMode::speed);
  EXPECT_FLOAT_EQ(settings.detect.confidence_threshold, 0.25F);
  EXPECT_TRUE(settings.reuse);
}

TEST(LaneSettings, no_age_limit_stays_none_and_a_queue_holds_at_least_one) {
  domain::StreamConfig config;
  config.max_age_ms = std::nullopt;
  EXPECT_FALSE(LaneSettings::from(config, 0).age_max);
  EXPECT_EQ(LaneSettings::from(config, 0).queue_frames_max, 1u);
}

TEST(Lane, latest_has_one_place_and_all_has_its_queue) {
  Lane lane;
  EXPECT_EQ(capacity_of(lane), 1u);
  EXPECT_EQ(credits_after_flight(lane), 1);
  lane.waiting.emplace_back();
  EXPECT_EQ(credits_after_flight(lane), 0);
  lane.settings.delivery = domain::Delivery::all;
  lane.settings.queue_frames_max = 3;
  EXPECT_EQ(capacity_of(lane), 3u);
  EXPECT_EQ(credits_after_flight(lane), 2);
}

TEST(Lane, a_frame_waits_for_the_server_only_once_its_own_rate_lets_it_go) {
  base::ManualClock clock;
  Lane lane;
  domain::EncodedFrame frame;
  frame.received_at = clock.now();
  EXPECT_EQ(waiting_since(lane, frame), frame.received_at);
  lane.gate.set_rate(1);
  lane.gate.take(clock.now());
  lane.gate.take(clock.now());
  EXPECT_GT(waiting_since(lane, frame), frame.received_at + 900ms);
}

}  // namespace
}  // namespace hazard::pipeline
