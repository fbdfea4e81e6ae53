#include "app/number_text.hpp"

#include <gtest/gtest.h>

namespace hazard::app {
namespace {

TEST(NumberText, is_all_of_the_text_or_nothing) {
  EXPECT_EQ(number_from<int>("42"), 42);
  EXPECT_EQ(number_from<int>("-1"), -1);
  EXPECT_EQ(number_from<double>("0.25"), 0.25);
  for (const auto* text : {"", " 1", "1 ", "1x", "+1", "0x1", "1.5", "one"})
    EXPECT_EQ(number_from<int>(text), std::nullopt) << text;
}

TEST(NumberText, must_fit_the_type) {
  EXPECT_EQ(number_from<int>("2147483647"), 2147483647);
  EXPECT_EQ(number_from<int>("2147483648"), std::nullopt);
  EXPECT_EQ(number_from<unsigned>("-1"), std::nullopt);
}

TEST(NumberText, holds_both_bounds) {
  EXPECT_EQ(number_within<int>("1", 1, 3), 1);
  EXPECT_EQ(number_within<int>("3", 1, 3), 3);
  EXPECT_EQ(number_within<int>("0", 1, 3), std::nullopt);
  EXPECT_EQ(number_within<int>("4", 1, 3), std::nullopt);
  EXPECT_EQ(number_within<double>("nan", 0, 1), std::nullopt);
}

}  // namespace
}  // namespace hazard::app
