#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace hazard::base {
namespace {

using namespace std::chrono_literals;

TEST(ManualClock, stands_still_until_told_to_move) {
  ManualClock clock;
  const SteadyTime before = clock.now();
  EXPECT_EQ(clock.now(), before);
  clock.advance(250ms);
  EXPECT_EQ(clock.now() - before, 250ms);
}

TEST(ManualClock, wall_time_moves_along) {
  ManualClock clock;
  const WallTime before = clock.wall();
  clock.advance(1500us);
  EXPECT_EQ(clock.wall() - before, 1500us);
}

TEST(ManualClock, starts_far_enough_from_zero_to_subtract) {
  EXPECT_GT((ManualClock{}.now() - 59min).time_since_epoch().count(), 0);
}

TEST(RealClock, never_runs_backwards) {
  const RealClock clock;
  SteadyTime last = clock.now();
  for (int i = 0; i < 1000; ++i) {
    const SteadyTime now = clock.now();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(ToMs, keeps_the_fraction) {
  EXPECT_DOUBLE_EQ(to_ms(1500us), 1.5);
  EXPECT_DOUBLE_EQ(to_ms(-2ms), -2);
  EXPECT_DOUBLE_EQ(to_ms(0ns), 0);
}

TEST(EpochSeconds, has_microsecond_digits) {
  EXPECT_DOUBLE_EQ(epoch_seconds(WallTime{1'700'000'000s + 123'456us}), 1'700'000'000.123456);
  EXPECT_DOUBLE_EQ(epoch_seconds(WallTime{}), 0);
}

}  // namespace
}  // namespace hazard::base
