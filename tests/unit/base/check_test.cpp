#include "base/check.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Check, lets_the_truth_pass_and_evaluates_it_once) {
  int calls = 0;
  HAZARD_CHECK(++calls == 1);
  EXPECT_EQ(calls, 1);
}

TEST(CheckDeathTest, ends_the_process_with_the_sentence_and_the_place) {
  EXPECT_DEATH(HAZARD_CHECK(2 + 2 == 5), "bug: 2 \\+ 2 == 5 does not hold at .*check_test.cpp:[0-9]+");
}

TEST(Check, is_an_expression) {
  const bool fine = true;
  fine ? HAZARD_CHECK(fine) : HAZARD_CHECK(!fine);
}

}  // namespace
