#include "sim/noise.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace hazard::sim {
namespace {

TEST(noise, mix_gives_the_values_of_splitmix64) {
  // The reference generator seeded with 0 and with 1234567 begins with these.
  EXPECT_EQ(mix(0), 0xE220A8397B1DCDAFULL);
  EXPECT_EQ(mix(1234567), 6457827717110365317ULL);
}

TEST(noise, hash_depends_on_every_argument_and_their_order) {
  EXPECT_NE(hash(1, 2, 3), hash(2, 2, 3));
  EXPECT_NE(hash(1, 2, 3), hash(1, 3, 3));
  EXPECT_NE(hash(1, 2, 3), hash(1, 2, 4));
  EXPECT_NE(hash(1, 2, 3), hash(1, 3, 2));
}

TEST(noise, unit_stays_below_one) {
  EXPECT_EQ(unit(0), 0);
  EXPECT_LT(unit(~0ULL), 1);
  EXPECT_GT(unit(~0ULL), 0.999999);
}

TEST(noise, dice_draws_are_repeatable_and_even) {
  Dice a(7);
  Dice b(7);
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double draw = a.unit();
    ASSERT_EQ(draw, b.unit());
    sum += draw;
  }
  EXPECT_NEAR(sum / 10'000, 0.5, 0.015);
}

TEST(noise, sine_and_cosine_agree_with_the_library) {
  for (double x = -40; x < 40; x += 0.037) {
    EXPECT_NEAR(sine(x), std::sin(x), 2e-7) << x;
    EXPECT_NEAR(cosine(x), std::cos(x), 2e-7) << x;
  }
}

TEST(noise, floor_and_wrap_treat_negatives_as_a_number_line) {
  EXPECT_EQ(floor_to_int(-0.5), -1);
  EXPECT_EQ(floor_to_int(-2.0), -2);
  EXPECT_EQ(floor_to_int(2.9), 2);
  EXPECT_DOUBLE_EQ(wrap(-1, 12), 11);
  EXPECT_DOUBLE_EQ(wrap(25, 12), 1);
  EXPECT_EQ(wrap(12, 12), 0);
}

TEST(noise, ramp_rises_or_falls_between_its_ends) {
  EXPECT_EQ(ramp(2, 4, 1), 0);
  EXPECT_EQ(ramp(2, 4, 3), 0.5F);
  EXPECT_EQ(ramp(2, 4, 5), 1);
  EXPECT_EQ(ramp(4, 2, 1), 1);
  EXPECT_EQ(ramp(4, 2, 5), 0);
}

TEST(noise, value_noise_is_continuous_and_within_bounds) {
  double before = value_noise(3, -5.0);
  for (double x = -5; x < 5; x += 0.001) {
    const double here = value_noise(3, x);
    ASSERT_GE(here, 0);
    ASSERT_LT(here, 1);
    ASSERT_LT(std::abs(here - before), 0.01) << x;
    before = here;
  }
  EXPECT_NE(value_noise(3, 0.5, 0.5), value_noise(4, 0.5, 0.5));
}

}  // namespace
}  // namespace hazard::sim
