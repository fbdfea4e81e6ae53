#include "session/resume_key.hpp"

#include <gtest/gtest.h>

namespace hazard::session {
namespace {

using namespace std::chrono_literals;

class ResumeKeyTest : public testing::Test {
 protected:
  base::ManualClock clock_;
  ResumeKey key_;
  std::optional<std::string> renew(std::string_view token) { return key_.renew(token, clock_.now(), 60s); }
};

TEST_F(ResumeKeyTest, opens_with_its_token_and_gives_another) {
  const auto first = key_.issue();
  EXPECT_EQ(first.size(), 32u);
  const auto second = renew(first);
  ASSERT_TRUE(second);
  EXPECT_NE(*second, first);
}

TEST_F(ResumeKeyTest, opens_with_no_other) {
  const auto token = key_.issue();
  for (const std::string& wrong :
       {std::string(), token.substr(1), token + "0", std::string(32, '0'), base::to_hex(base::sha256(token))})
    EXPECT_FALSE(renew(wrong)) << wrong;
  EXPECT_TRUE(renew(token)) << "a wrong guess must not spend the right one";
}

TEST_F(ResumeKeyTest, opens_with_nothing_before_the_first_was_issued) {
  EXPECT_FALSE(renew(""));
  EXPECT_FALSE(renew(std::string(32, '\0')));
  EXPECT_EQ(key_.saved_current(), "");
}

TEST_F(ResumeKeyTest, a_used_token_is_spent_once_its_successor_has_arrived) {
  const auto first = key_.issue();
  ASSERT_TRUE(renew(first));
  key_.confirm();
  EXPECT_FALSE(renew(first));
}

TEST_F(ResumeKeyTest, a_used_token_is_spent_once_its_successor_is_used) {
  const auto first = key_.issue();
  const auto second = *renew(first);
  ASSERT_TRUE(renew(second));
  EXPECT_FALSE(renew(first));
}

TEST_F(ResumeKeyTest, an_answer_that_never_arrived_can_be_asked_for_again) {
  const auto first = key_.issue();
  const auto never_arrived = *renew(first);
  const auto second = renew(first);
  ASSERT_TRUE(second);
  EXPECT_TRUE(renew(*second));
  EXPECT_FALSE(renew(never_arrived)) << "its sibling was used";
}

TEST_F(ResumeKeyTest, of_two_answers_to_the_same_token_either_may_be_the_one_that_arrived) {
  const auto first = key_.issue();
  const auto arrived = *renew(first);
  ASSERT_TRUE(renew(first)) << "a request that was cut before, served late";
  const auto next = renew(arrived);
  ASSERT_TRUE(next);
  EXPECT_FALSE(renew(first)) << "spent: its successor was used";
  EXPECT_TRUE(renew(*next));
}

TEST_F(ResumeKeyTest, of_many_answers_to_the_same_token_the_last_two_are_good_and_only_while_it_is) {
  const auto first = key_.issue();
  const auto one = *renew(first);
  const auto two = *renew(first);
  ASSERT_TRUE(renew(first));
  EXPECT_FALSE(renew(one));
  clock_.advance(60s);
  EXPECT_FALSE(renew(two)) << "lapsed with the token it was given for";
}

TEST_F(ResumeKeyTest, an_answer_that_arrived_ends_its_sibling_too) {
  const auto first = key_.issue();
  const auto one = *renew(first);
  ASSERT_TRUE(renew(first));
  key_.confirm();
  EXPECT_FALSE(renew(one));
}

TEST_F(ResumeKeyTest, a_used_token_lapses_by_itself) {
  const auto first = key_.issue();
  ASSERT_TRUE(renew(first));
  clock_.advance(60s - 1ns);
  ASSERT_TRUE(renew(first));
  clock_.advance(60s);
  EXPECT_FALSE(renew(first));
}

TEST_F(ResumeKeyTest, what_is_saved_opens_with_the_same_tokens_and_holds_none) {
  const auto first = key_.issue();
  const auto second = *renew(first);
  const auto current = key_.saved_current();
  const auto previous = key_.saved_previous();
  EXPECT_EQ(current.find(second), std::string::npos);
  for (const auto& token : {first, second}) {
    auto restored = ResumeKey::from_saved(current, previous, clock_.now() + 60s);
    ASSERT_TRUE(restored);
    EXPECT_TRUE(restored->renew(token, clock_.now(), 60s));
  }
}

TEST_F(ResumeKeyTest, what_is_no_digest_is_not_restored) {
  key_.issue();
  EXPECT_FALSE(ResumeKey::from_saved("", "", {}));
  EXPECT_FALSE(ResumeKey::from_saved("00", "", {}));
  EXPECT_FALSE(ResumeKey::from_saved(key_.saved_current(), "zz", {}));
  EXPECT_TRUE(ResumeKey::from_saved(key_.saved_current(), "", {}));
}

}  // namespace
}  // namespace hazard::session
