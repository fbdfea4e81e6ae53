#include "domain/hazard.hpp"

#include <gtest/gtest.h>

namespace hazard::domain {
namespace {

TEST(ReviewState, every_name_leads_back_to_its_state) {
  for (std::size_t i = 0; i < kReviewStateCount; ++i) {
    const auto state = static_cast<ReviewState>(i);
    EXPECT_EQ(review_state_from(to_string(state)), state);
  }
}

TEST(ReviewState, other_words_are_no_states) {
  for (const char* word : {"", "Pending", "pending ", "open", "deleted"})
    EXPECT_FALSE(review_state_from(word).has_value()) << word;
}

TEST(PlaceBasis, has_a_word_each) {
  EXPECT_EQ(to_string(PlaceBasis::projected), "projected");
  EXPECT_EQ(to_string(PlaceBasis::assumed), "assumed");
  EXPECT_EQ(to_string(PlaceBasis::vehicle), "vehicle");
}

}  // namespace
}  // namespace hazard::domain
