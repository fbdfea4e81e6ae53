#include "session/capture_age.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace hazard::session {
namespace {

constexpr double kNow = 1'700'000'000;

std::optional<double> age_ms(std::optional<double> captured) {
  const auto age = capture_age(captured, base::WallTime{std::chrono::seconds{1'700'000'000}});
  if (!age) return std::nullopt;
  return base::to_ms(*age);
}

TEST(CaptureAge, is_the_time_since_the_capture) {
  EXPECT_NEAR(age_ms(kNow - 0.25).value(), 250, 0.01);
  EXPECT_NEAR(age_ms(kNow).value(), 0, 0.01);
}

TEST(CaptureAge, is_unknown_without_a_capture_time) { EXPECT_FALSE(age_ms(std::nullopt)); }

TEST(CaptureAge, of_a_clock_a_little_ahead_is_zero_and_further_ahead_is_unknown) {
  EXPECT_EQ(age_ms(kNow + 0.5), 0);
  EXPECT_EQ(age_ms(kNow + 1), 0);
  EXPECT_FALSE(age_ms(kNow + 1.001));
}

TEST(CaptureAge, of_more_than_a_minute_is_unknown) {
  EXPECT_NEAR(age_ms(kNow - 59.999).value(), 59'999, 0.01);
  EXPECT_NEAR(age_ms(kNow - 60).value(), 60'000, 0.01);
  EXPECT_FALSE(age_ms(kNow - 60.001));
}

TEST(CaptureAge, of_a_time_that_is_no_epoch_time_is_unknown) {
  EXPECT_FALSE(age_ms(0));
  EXPECT_FALSE(age_ms(-1));
  EXPECT_FALSE(age_ms(kNow * 1000));  // milliseconds by mistake
  EXPECT_FALSE(age_ms(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_FALSE(age_ms(std::numeric_limits<double>::infinity()));
  EXPECT_FALSE(age_ms(-std::numeric_limits<double>::infinity()));
}

}  // namespace
}  // namespace hazard::session
