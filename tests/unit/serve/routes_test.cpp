#include "serve/routes.hpp"

#include <gtest/gtest.h>

namespace hazard::serve {
namespace {

TEST(routes, whole_numbers_are_read_within_their_range) {
  EXPECT_EQ(whole_number("n", "0", 0, 10).value(), 0);
  EXPECT_EQ(whole_number("n", "10", 0, 10).value(), 10);
  EXPECT_EQ(whole_number("n", "-3", -5, 10).value(), -3);
}

TEST(routes, everything_else_is_refused_by_name) {
  for (const char* text : {"", "-1", "11", "1.0", "1e0", " 1", "1 ", "+1", "0x1", "99999999999999999999"}) {
    const auto number = whole_number("width", text, 0, 10);
    ASSERT_FALSE(number) << text;
    EXPECT_EQ(number.error().code, domain::ErrorCode::invalid_value);
    EXPECT_EQ(number.error().message, "width must be a whole number from 0 to 10");
  }
}

TEST(routes, first_value_of_a_parameter_counts) {
  const std::vector<std::pair<std::string, std::string>> pairs{{"a", "1"}, {"b", "2"}, {"a", "3"}};
  ASSERT_NE(find_pair(pairs, "a"), nullptr);
  EXPECT_EQ(*find_pair(pairs, "a"), "1");
  EXPECT_EQ(find_pair(pairs, "c"), nullptr);
}

}  // namespace
}  // namespace hazard::serve
