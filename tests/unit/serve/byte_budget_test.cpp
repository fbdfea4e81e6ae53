#include "serve/byte_budget.hpp"

#include <gtest/gtest.h>

namespace hazard::serve {
namespace {

TEST(byte_budget, is_shared_by_all) {
  ByteBudget budget(100);
  ByteShare first(budget);
  ByteShare second(budget);
  EXPECT_TRUE(first.hold(60));
  EXPECT_FALSE(second.hold(41));
  EXPECT_TRUE(second.hold(40));
  EXPECT_FALSE(first.hold(61));
  EXPECT_EQ(budget.held(), 100U);
}

TEST(byte_budget, what_shrinks_makes_room) {
  ByteBudget budget(100);
  ByteShare first(budget);
  ByteShare second(budget);
  EXPECT_TRUE(first.hold(100));
  EXPECT_TRUE(first.hold(30));
  EXPECT_TRUE(second.hold(70));
  second.give_back();
  EXPECT_TRUE(first.hold(100));
}

TEST(byte_budget, what_ends_gives_back) {
  ByteBudget budget(100);
  {
    ByteShare first(budget);
    EXPECT_TRUE(first.hold(100));
  }
  EXPECT_EQ(budget.held(), 0U);
}

}  // namespace
}  // namespace hazard::serve
