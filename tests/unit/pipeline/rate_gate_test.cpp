#include "pipeline/rate_gate.hpp"

#include <gtest/gtest.h>

#include <random>

namespace hazard::pipeline {
namespace {

using std::chrono::milliseconds;

base::SteadyTime at_ms(double ms) {
  return base::SteadyTime{std::chrono::hours(1)} +
         std::chrono::duration_cast<base::Duration>(std::chrono::duration<double, std::milli>(ms));
}

TEST(RateGate, without_a_limit_everything_passes) {
  RateGate gate(0);
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(gate.allows(at_ms(0)));
    gate.take(at_ms(0));
  }
}

// The original lost 38 % of the frames of a client that kept to 10 a second with ordinary jitter.
TEST(RateGate, a_client_on_its_rate_with_jitter_never_waits) {
  RateGate gate(10);
  std::mt19937 random(7);
  std::uniform_real_distribution<double> jitter(-45, 45);
  for (int i = 1; i < 10'000; ++i) {
    const auto now = at_ms(100.0 * i + jitter(random));
    ASSERT_TRUE(gate.allows(now)) << "frame " << i;
    gate.take(now);
  }
}

TEST(RateGate, holds_a_greedy_client_to_its_rate_in_the_long_run) {
  RateGate gate(10);
  int taken = 0;
  for (int ms = 0; ms < 60'000; ++ms) {
    if (!gate.allows(at_ms(ms))) continue;
    gate.take(at_ms(ms));
    ++taken;
  }
  EXPECT_GE(taken, 600);
  EXPECT_LE(taken, 608);  // one percent of slack and one frame of tolerance
}

TEST(RateGate, a_pause_earns_no_burst_beyond_one_frame) {
  RateGate gate(10);
  gate.take(at_ms(0));
  int at_once = 0;
  while (gate.allows(at_ms(10'000))) {
    gate.take(at_ms(10'000));
    ++at_once;
  }
  EXPECT_EQ(at_once, 2);
}

TEST(RateGate, a_new_rate_holds_from_the_next_frame) {
  RateGate gate(1);
  gate.take(at_ms(0));
  gate.take(at_ms(0));
  EXPECT_FALSE(gate.allows(at_ms(50)));
  gate.set_rate(0);
  EXPECT_TRUE(gate.allows(at_ms(50)));
}

TEST(RateGate, a_faster_rate_waits_for_its_own_interval_and_not_for_the_old_one) {
  RateGate gate(1);
  gate.take(at_ms(0));
  gate.take(at_ms(0));
  gate.set_rate(10);
  EXPECT_FALSE(gate.allows(at_ms(90)));
  EXPECT_TRUE(gate.allows(at_ms(100)));
  int taken = 0;
  for (int ms = 0; ms < 1'000; ++ms) {
    if (!gate.allows(at_ms(ms))) continue;
    gate.take(at_ms(ms));
    ++taken;
  }
  EXPECT_GE(taken, 9);
  EXPECT_LE(taken, 11);
}

TEST(RateGate, a_slower_rate_takes_back_what_was_forgiven) {
  RateGate gate(10);
  gate.take(at_ms(0));
  gate.set_rate(1);
  EXPECT_TRUE(gate.allows(at_ms(0))) << "one interval of tolerance, of the new rate";
  gate.take(at_ms(0));
  EXPECT_FALSE(gate.allows(at_ms(50)));
}

}  // namespace
}  // namespace hazard::pipeline
