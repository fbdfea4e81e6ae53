#include "client/clock_offset.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace hazard::client {
namespace {

constexpr double kT = 1'795'372'363.5;

// A ping at kT that takes `up` and `down` on its ways, with the server's clock ahead by `ahead`; seconds.
ClockExchange exchange(double ahead, double up, double inside, double down) {
  return {.sent = kT,
          .server_received = kT + up + ahead,
          .server_sent = kT + up + inside + ahead,
          .received = kT + up + inside + down};
}

TEST(ClockOffset, knows_nothing_before_the_first_exchange) { EXPECT_FALSE(ClockOffset().estimate()); }

TEST(ClockOffset, is_exact_when_both_ways_take_as_long) {
  ClockOffset clock;
  ASSERT_TRUE(clock.add(exchange(-3.25, 0.020, 0.005, 0.020)));
  EXPECT_NEAR(clock.estimate()->offset_ms, -3250, 0.01);
  EXPECT_NEAR(clock.estimate()->round_trip_ms, 40, 0.01);
}

TEST(ClockOffset, is_wrong_by_at_most_half_the_round_trip) {
  ClockOffset clock;
  ASSERT_TRUE(clock.add(exchange(1, 0.080, 0, 0)));
  EXPECT_NEAR(clock.estimate()->offset_ms, 1040, 0.01);
}

TEST(ClockOffset, believes_the_shortest_round_trip_of_the_last_eight) {
  ClockOffset clock;
  ASSERT_TRUE(clock.add(exchange(0, 0.001, 0, 0.001)));
  for (int i = 0; i < 7; ++i) ASSERT_TRUE(clock.add(exchange(0.5, 0.010 + 0.001 * i, 0, 0.010)));
  EXPECT_NEAR(clock.estimate()->offset_ms, 0, 0.01);
  ASSERT_TRUE(clock.add(exchange(0.5, 0.030, 0, 0.030)));  // the ninth: the first is forgotten
  EXPECT_NEAR(clock.estimate()->offset_ms, 500, 0.01);
  EXPECT_NEAR(clock.estimate()->round_trip_ms, 20, 0.01);
}

TEST(ClockOffset, refuses_times_that_cannot_be) {
  ClockOffset clock;
  EXPECT_FALSE(clock.add({.sent = kT, .server_received = kT, .server_sent = kT, .received = kT - 1}));
  EXPECT_FALSE(clock.add({.sent = kT, .server_received = kT, .server_sent = kT - 1, .received = kT + 1}));
  EXPECT_FALSE(clock.add({.sent = kT, .server_received = kT, .server_sent = kT + 2, .received = kT + 1}));
  EXPECT_FALSE(
      clock.add({.sent = std::numeric_limits<double>::quiet_NaN(), .server_received = kT, .server_sent = kT, .received = kT}));
  EXPECT_FALSE(
      clock.add({.sent = kT, .server_received = kT, .server_sent = kT, .received = std::numeric_limits<double>::infinity()}));
  EXPECT_FALSE(clock.estimate());
}

}  // namespace
}  // namespace hazard::client
