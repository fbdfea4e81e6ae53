#include "base/closest_word.hpp"

#include <gtest/gtest.h>

namespace hazard::base {
namespace {

TEST(ClosestWord, finds_what_was_meant) {
  const std::vector<std::string> devices{"CPU", "GPU.0", "GPU.1", "NPU", "AUTO"};
  EXPECT_EQ(closest_word("CPUU", devices), "CPU");
  EXPECT_EQ(closest_word("CP", devices), "CPU");
  EXPECT_EQ(closest_word("AUTP", devices), "AUTO");
  EXPECT_EQ(closest_word("GPU.9", devices), "GPU.0");
}

TEST(ClosestWord, counts_a_swap_of_neighbours_as_one_slip) {
  EXPECT_EQ(closest_word("prot", {"port"}), "port");
  EXPECT_EQ(closest_word("sevre", {"serve"}), "serve");
  EXPECT_EQ(closest_word("evres", {"serve"}), std::nullopt);
}

TEST(ClosestWord, suggests_nothing_far_off) {
  EXPECT_FALSE(closest_word("CUDA", {"CPU", "AUTO"}).has_value());
  EXPECT_FALSE(closest_word("abc", {}).has_value());
  EXPECT_FALSE(closest_word("abcdef", {"abcxyz"}).has_value());
  EXPECT_TRUE(closest_word("abcdef", {"abcdyz"}).has_value());
}

TEST(ClosestWord, survives_long_and_empty_words) {
  EXPECT_FALSE(closest_word(std::string(10'000, 'x'), {"CPU"}).has_value());
  EXPECT_TRUE(closest_word(std::string(10'000, 'x'), {std::string(20'000, 'x')}).has_value());
  EXPECT_EQ(closest_word("", {"", "a"}), "");
}

}  // namespace
}  // namespace hazard::base
