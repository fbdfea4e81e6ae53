#include "app/did_you_mean.hpp"

#include <gtest/gtest.h>

#include <array>

namespace hazard::app {
namespace {

const std::array<std::string, 7> kCommands{"serve", "detect", "stream", "simulate", "check-model", "bench", "config"};

TEST(EditDistance, counts_each_kind_of_slip_once) {
  EXPECT_EQ(edit_distance("serve", "serve"), 0);
  EXPECT_EQ(edit_distance("serv", "serve"), 1);
  EXPECT_EQ(edit_distance("serrve", "serve"), 1);
  EXPECT_EQ(edit_distance("sirve", "serve"), 1);
  EXPECT_EQ(edit_distance("sevre", "serve"), 1);
}

TEST(EditDistance, of_an_empty_word_is_the_other_ones_length) {
  EXPECT_EQ(edit_distance("", "serve"), 5);
  EXPECT_EQ(edit_distance("serve", ""), 5);
  EXPECT_EQ(edit_distance("", ""), 0);
}

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
  EXPECT_EQ(nearest("s", std::array<std::string, 2>{"serve", "simulate"}), std::nullopt);
}

TEST(DidYouMean, is_a_question_or_nothing) {
  EXPECT_EQ(did_you_mean("serv", kCommands), " Did you mean 'serve'?");
  EXPECT_EQ(did_you_mean("serv", kCommands, "--"), " Did you mean '--serve'?");
  EXPECT_EQ(did_you_mean("pothole", kCommands), "");
}

}  // namespace
}  // namespace hazard::app
