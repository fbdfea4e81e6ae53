#include "store/outbox.hpp"

#include <gtest/gtest.h>

namespace hazard::store {
namespace {

TEST(OutboxTest, states_read_back_from_their_names) {
  for (const auto state : {OutboxState::waiting, OutboxState::dead, OutboxState::delivered})
    EXPECT_EQ(outbox_state_from(to_string(state)), state);
}

TEST(OutboxTest, other_words_are_no_state) {
  for (const char* text : {"", "Dead", "dead ", "gone"}) EXPECT_EQ(outbox_state_from(text), std::nullopt) << text;
}

TEST(OutboxTest, each_kind_of_touch_counts) {
  EXPECT_TRUE(Touched{}.empty());
  EXPECT_FALSE((Touched{.history = {{}}, .seen = {}, .erased = {}}.empty()));
  EXPECT_FALSE((Touched{.history = {}, .seen = {"a"}, .erased = {}}.empty()));
  EXPECT_FALSE((Touched{.history = {}, .seen = {}, .erased = {"a"}}.empty()));
}

}  // namespace
}  // namespace hazard::store
