#include "app/did_you_mean.hpp"

#include <gtest/gtest.h>

namespace hazard::app {
namespace {

const std::vector<std::string> kCommands{"serve", "detect", "stream", "simulate", "check-model", "bench", "config"};

TEST(Nearest, finds_a_word_within_a_third_of_its_letters) {
  EXPECT_EQ(nearest("detcet", kCommands), "detect");
  EXPECT_EQ(nearest("serv", kCommands), "serve");
  EXPECT_EQ(nearest("chek-modle", kCommands), "check-model");
}

TEST(Nearest, finds_the_only_word_that_begins_so) {
  EXPECT_EQ(nearest("sim", kCommands), "simulate");
  EXPECT_EQ(nearest("check", kCommands), "check-model");
}

TEST(Nearest, finds_the_only_word_with_such_a_part) { EXPECT_EQ(nearest("model", kCommands), "check-model"); }

TEST(Nearest, finds_nothing_far_away) {
  EXPECT_EQ(nearest("pothole", kCommands), std::nullopt);
  EXPECT_EQ(nearest("xyz", kCommands), std::nullopt);
}

TEST(Nearest, finds_nothing_for_an_empty_or_endless_word) {
  EXPECT_EQ(nearest("", kCommands), std::nullopt);
  EXPECT_EQ(nearest(std::string(100'000, 's'), kCommands), std::nullopt);
}

TEST(Nearest, does_not_choose_between_two_beginnings) {
  EXPECT_EQ(nearest("s", std::vector<std::string>{"serve", "simulate"}), std::nullopt);
}

TEST(DidYouMean, is_a_question_or_nothing) {
  EXPECT_EQ(did_you_mean("serv", kCommands), " Did you mean 'serve'?");
  EXPECT_EQ(did_you_mean("serv", kCommands, "--"), " Did you mean '--serve'?");
  EXPECT_EQ(did_you_mean("pothole", kCommands), "");
}

}  // namespace
}  // namespace hazard::app
