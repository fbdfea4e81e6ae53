#include "pipeline/service_estimate.hpp"

#include <gtest/gtest.h>

namespace hazard::pipeline {
namespace {

using namespace std::chrono_literals;
using detect::Strategies;
using detect::Strategy;

class ServiceEstimateTest : public testing::Test {
 protected:
  void note(Strategy strategy, base::Duration service, int times, double cost = 1) {
    for (int i = 0; i < times; ++i) {
      clock_.advance(service);
      estimate_.note(strategy, service, cost, clock_.now());
    }
  }
  base::ManualClock clock_;
  ServiceEstimate estimate_;
};

TEST_F(ServiceEstimateTest, nothing_is_known_at_first) {
  EXPECT_EQ(estimate_.fps(), 0);
  EXPECT_EQ(estimate_.service(Strategy::shared), base::Duration::zero());
}

TEST_F(ServiceEstimateTest, the_calibration_counts_until_frames_are_measured_and_never_after) {
  estimate_.configure(Strategies::both, 2);
  estimate_.seed(40);
  EXPECT_DOUBLE_EQ(estimate_.fps(), 40);
  EXPECT_EQ(estimate_.service(Strategy::shared), 50ms);
  note(Strategy::shared, 25ms, 300);
  EXPECT_NEAR(estimate_.fps(), 80, 1);
  estimate_.seed(10);
  EXPECT_NEAR(estimate_.fps(), 80, 1);
}

TEST_F(ServiceEstimateTest, a_calibration_beside_other_work_is_forgotten_within_a_few_frames) {
  estimate_.configure(Strategies::shared, 2);
  estimate_.seed(8);
  note(Strategy::shared, 50ms, 9);
  EXPECT_GT(estimate_.fps(), 20);
  note(Strategy::shared, 50ms, 22);
  EXPECT_GT(estimate_.fps(), 30);
}

TEST_F(ServiceEstimateTest, a_seed_of_nothing_says_nothing) {
  estimate_.seed(0);
  EXPECT_EQ(estimate_.fps(), 0);
}

TEST_F(ServiceEstimateTest, alone_each_frame_has_the_machine_shared_they_run_side_by_side) {
  estimate_.configure(Strategies::alone, 1);
  note(Strategy::alone, 20ms, 100);
  EXPECT_NEAR(estimate_.fps(), 50, 0.1);
  ServiceEstimate shared;
  shared.configure(Strategies::shared, 4);
  shared.note(Strategy::shared, 20ms, 1, clock_.now());
  EXPECT_NEAR(shared.fps(), 200, 0.1);
}

TEST_F(ServiceEstimateTest, a_machine_that_slows_down_is_noticed_within_a_second_or_two) {
  estimate_.configure(Strategies::shared, 2);
  note(Strategy::shared, 25ms, 200);
  const auto slowed_at = clock_.now();
  while (estimate_.fps() > 44) note(Strategy::shared, 50ms, 1);
  EXPECT_LT(clock_.now() - slowed_at, 4s);
}

TEST_F(ServiceEstimateTest, cheaper_rungs_do_not_make_the_machine_look_faster) {
  estimate_.configure(Strategies::shared, 2);
  note(Strategy::shared, 25ms, 100);
  note(Strategy::shared, 11250us, 300, 0.45);
  EXPECT_NEAR(estimate_.fps(), 80, 1);
}

TEST_F(ServiceEstimateTest, a_strategy_that_does_not_run_is_carried_along_by_the_others_drift) {
  estimate_.configure(Strategies::both, 2);
  note(Strategy::shared, 40ms, 100);
  note(Strategy::alone, 25ms, 200);
  note(Strategy::alone, 50ms, 400);
  EXPECT_NEAR(estimate_.fps(), 25, 2) << "twice as slow alone: twice as slow together";
}

}  // namespace
}  // namespace hazard::pipeline
