#include "domain/stream_config.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace hazard::domain {
namespace {

const StreamLimits kLimits{};

TEST(StreamConfig, fps_limit_is_taken_at_its_bounds_and_refused_beyond) {
  const StreamConfig config = default_config(kLimits);
  EXPECT_TRUE(apply(config, {.fps_limit = 1.0}, kLimits));
  EXPECT_TRUE(apply(config, {.fps_limit = 30.0}, kLimits));
  for (const double wrong : {0.0, 0.99, 30.01, 31.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    const auto refused = apply(config, {.fps_limit = wrong}, kLimits);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_value);
    EXPECT_NE(refused.error().message.find("fps_limit"), std::string::npos);
  }
}

TEST(StreamConfig, a_patch_changes_only_what_it_names) {
  StreamConfig config = default_config(kLimits);
  config.fps_limit = 22;
  const auto next = apply(config, {.confidence_threshold = 0.7}, kLimits);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->fps_limit, 22);
  EXPECT_EQ(next->confidence_threshold, 0.7);
}

TEST(StreamConfig, switching_delivery_switches_the_default_age_limit) {
  const auto all = apply(default_config(kLimits), {.delivery = "all"}, kLimits);
  ASSERT_TRUE(all);
  EXPECT_FALSE(all->max_age_ms);
  const auto back = apply(*all, {.delivery = "latest"}, kLimits);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->max_age_ms, 500);
}

TEST(StreamConfig, words_outside_the_list_are_refused_by_field) {
  const auto refused = apply(default_config(kLimits), {.quality_mode = "best"}, kLimits);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("quality_mode"), std::string::npos);
}

TEST(StreamConfig, max_detections_must_be_whole) {
  EXPECT_FALSE(apply(default_config(kLimits), {.max_detections = 2.5}, kLimits));
  EXPECT_TRUE(apply(default_config(kLimits), {.max_detections = 300.0}, kLimits));
  EXPECT_FALSE(apply(default_config(kLimits), {.max_detections = 301.0}, kLimits));
}

}  // namespace
}  // namespace hazard::domain
