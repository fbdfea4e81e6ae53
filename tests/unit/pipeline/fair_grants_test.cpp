#include "pipeline/fair_grants.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace hazard::pipeline {
namespace {

double level(std::vector<double> asked, double capacity) { return fair_level(asked, capacity); }

TEST(FairLevel, what_fits_is_granted_whole) {
  EXPECT_TRUE(std::isinf(level({10, 10, 10}, 40)));
  EXPECT_TRUE(std::isinf(level({10, 30}, 40))) << "just fits";
  EXPECT_TRUE(std::isinf(level({}, 40)));
}

TEST(FairLevel, equal_wishes_share_equally) { EXPECT_DOUBLE_EQ(level({30, 30, 30, 30}, 40), 10); }

TEST(FairLevel, who_asks_for_little_gets_it_and_the_rest_share) { EXPECT_DOUBLE_EQ(level({2, 30, 30}, 40), 19); }

TEST(FairLevel, without_a_limit_asked_it_is_a_share) {
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_DOUBLE_EQ(level({5, infinite, infinite}, 25), 10);
}

TEST(FairLevel, no_capacity_grants_nothing) { EXPECT_DOUBLE_EQ(level({10}, 0), 0); }

TEST(FairLevel, grants_never_add_up_to_more_than_there_is) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> rate(1, 30);
  for (int round = 0; round < 500; ++round) {
    std::vector<double> asked(1 + random() % 20);
    for (double& each : asked) each = rate(random);
    const double capacity = rate(random) * 4;
    const double cut = level(asked, capacity);
    double sum = 0;
    double wish = 0;
    for (const double each : asked) {
      sum += std::min(each, cut);
      wish += each;
    }
    ASSERT_LE(sum, capacity + 1e-9);
    ASSERT_NEAR(sum, std::min(wish, capacity), 1e-6) << "and nothing is left over that someone wanted";
  }
}

}  // namespace
}  // namespace hazard::pipeline
