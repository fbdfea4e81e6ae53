#include "track/kalman.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace hazard::track {
namespace {

TEST(KalmanFilter, one_step_agrees_with_the_hand_computed_one) {
  KalmanFilter filter(10, 1, 2);  // P = [[1, 0], [0, 4]]
  filter.predict(0.5, 6);         // F P F' = [[2, 2], [2, 4]], Q = [[0.25, 0.75], [0.75, 3]]
  EXPECT_DOUBLE_EQ(filter.position(), 10);
  EXPECT_DOUBLE_EQ(filter.position_variance(), 2.25);
  EXPECT_DOUBLE_EQ(filter.covariance(), 2.75);
  EXPECT_DOUBLE_EQ(filter.velocity_variance(), 7);

  filter.correct(13, std::sqrt(0.75));  // S = 3, K = [0.75, 2.75 / 3]
  EXPECT_NEAR(filter.position(), 12.25, 1e-12);
  EXPECT_NEAR(filter.velocity(), 2.75, 1e-12);
  EXPECT_NEAR(filter.position_variance(), 2.25 * 0.25, 1e-12);
  EXPECT_NEAR(filter.covariance(), 2.75 * 0.25, 1e-12);
  EXPECT_NEAR(filter.velocity_variance(), 7 - 2.75 * 2.75 / 3, 1e-12);
}

TEST(KalmanFilter, predicting_moves_on_by_the_velocity) {
  KalmanFilter filter(0, 1, 100);
  filter.predict(1, 0);
  filter.correct(50, 0.01);
  const double velocity = filter.velocity();
  filter.predict(0.25, 0);
  EXPECT_NEAR(filter.position(), 50 + velocity / 4, 0.1);
}

TEST(KalmanFilter, two_short_steps_are_one_long_step) {
  KalmanFilter once(3, 1, 2);
  KalmanFilter twice = once;
  once.predict(0.7, 5);
  twice.predict(0.3, 5);
  twice.predict(0.4, 5);
  EXPECT_NEAR(once.position(), twice.position(), 1e-12);
  EXPECT_NEAR(once.position_variance(), twice.position_variance(), 1e-12);
  EXPECT_NEAR(once.covariance(), twice.covariance(), 1e-12);
  EXPECT_NEAR(once.velocity_variance(), twice.velocity_variance(), 1e-12);
}

TEST(KalmanFilter, no_time_changes_nothing) {
  KalmanFilter filter(3, 1, 2);
  filter.predict(0, 5);
  EXPECT_EQ(filter.position(), 3);
  EXPECT_EQ(filter.position_variance(), 1);
  EXPECT_EQ(filter.velocity_variance(), 4);
}

TEST(KalmanFilter, learns_a_constant_velocity_from_uneven_steps) {
  KalmanFilter filter(0, 1, 50);
  std::mt19937 random(3);
  std::uniform_real_distribution<double> step(0.02, 0.3);
  double time = 0;
  for (int i = 0; i < 60; ++i) {
    const double dt = step(random);
    time += dt;
    filter.predict(dt, 0.01);
    filter.correct(20 * time, 0.5);
  }
  EXPECT_NEAR(filter.velocity(), 20, 0.5);
  EXPECT_NEAR(filter.position(), 20 * time, 0.5);
}

TEST(KalmanFilter, stays_sound_over_extreme_steps_and_noise) {
  KalmanFilter filter(0, 1, 1);
  for (int i = 0; i < 10'000; ++i) {
    filter.predict(i % 3 == 0 ? 0.0 : i % 3 == 1 ? 1e-9 : 1000.0, 40);
    filter.correct(i % 2 == 0 ? 1e6 : -1e6, i % 5 == 0 ? 1e-9 : 1e3);
    ASSERT_GT(filter.position_variance(), 0);
    ASSERT_GE(filter.velocity_variance(), 0);
    ASSERT_TRUE(std::isfinite(filter.position()) && std::isfinite(filter.velocity()));
  }
}

}  // namespace
}  // namespace hazard::track
