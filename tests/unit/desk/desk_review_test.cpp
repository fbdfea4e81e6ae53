#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/ids.hpp"
#include "support/desk_fixture.hpp"

namespace hazard::desk {
namespace {

using domain::ReviewState;
using test::DeskTest;

struct DeskReviewTest : DeskTest {
  std::string hazard(const std::string& client) {
    return look(desk->sessions().start({}, client), {pothole()}, client).report_ids.at(0);
  }
  domain::Result<BulkOutcome> review(BulkReview asked) {
    asked.actor = "tester";
    domain::Result<BulkOutcome> answer = domain::refuse(domain::ErrorCode::internal, "not called");
    desk->review_all(std::move(asked), [&](domain::Result<BulkOutcome> outcome) { answer = std::move(outcome); });
    store->drain();
    return answer;
  }
};

TEST_F(DeskReviewTest, each_is_changed_or_refused_on_its_own) {
  const auto a = hazard("a");
  const auto b = hazard("b");
  const auto old = desk->reads().hazard(b)->version - 1;
  const auto outcome = review({.items = {{a, {}}, {b, old}, {base::make_uuid(), {}}},
                               .filter = {},
                               .state = ReviewState::confirmed,
                               .actor = {},
                               .reason = {}});
  ASSERT_TRUE(outcome);
  ASSERT_EQ(outcome->ones.size(), 3U);
  EXPECT_TRUE(outcome->ones[0].changed);
  EXPECT_EQ(outcome->ones[1].outcome.error().kind, report::Refusal::Kind::version_mismatch);
  EXPECT_EQ(outcome->ones[2].outcome.error().kind, report::Refusal::Kind::not_found);
  EXPECT_EQ(desk->report(a)->record.status, "confirmed") << "the report follows";
  EXPECT_EQ(desk->report(b)->record.status, "pending");
  EXPECT_EQ(desk->reads().history_of(a).back().actor, "tester");
}

TEST_F(DeskReviewTest, a_state_that_is_there_already_is_no_change_and_no_refusal) {
  const auto a = hazard("a");
  const BulkReview asked{.items = {{a, {}}}, .filter = {}, .state = ReviewState::confirmed, .actor = {}, .reason = {}};
  EXPECT_TRUE(review(asked)->ones[0].changed);
  const auto again = review(asked);
  ASSERT_TRUE(again->ones[0].outcome);
  EXPECT_FALSE(again->ones[0].changed);
}

TEST_F(DeskReviewTest, a_filter_names_all_that_it_lets_through) {
  hazard("a");
  hazard("b");
  store::HazardFilter pending;
  pending.states = {ReviewState::pending};
  pending.limit = 1;  // a page does not count
  const auto outcome =
      review({.items = {}, .filter = pending, .state = ReviewState::dismissed, .actor = {}, .reason = "manhole"});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->ones.size(), 2U);
  EXPECT_EQ(desk->reads().hazards(pending).total, 0);
  EXPECT_TRUE(review({.items = {}, .filter = pending, .state = ReviewState::archived, .actor = {}, .reason = {}})->ones.empty());
}

TEST_F(DeskReviewTest, no_more_than_the_limit_at_once) {
  const auto fill = [&](std::size_t count) {
    EXPECT_TRUE(store.run([&](store::Transaction& transaction) {
      for (std::size_t i = 0; i < count; ++i) {
        domain::Hazard hazard;
        hazard.id = base::make_uuid();
        hazard.class_name = "crack";
        transaction.put(hazard);
      }
    }));
  };
  fill(kBulkMost);
  store::HazardFilter cracks;
  cracks.classes = {"crack"};
  const BulkReview asked{.items = {}, .filter = cracks, .state = ReviewState::confirmed, .actor = {}, .reason = {}};
  EXPECT_EQ(review(asked)->ones.size(), kBulkMost);
  fill(1);
  const auto refused = review(asked);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::ErrorCode::invalid_value);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("1001"));
}

TEST_F(DeskReviewTest, no_way_leads_everywhere) {
  const auto a = hazard("a");
  EXPECT_EQ(review({.items = {{a, {}}}, .filter = {}, .state = ReviewState::reopened, .actor = {}, .reason = {}})
                ->ones[0]
                .outcome.error()
                .kind,
            report::Refusal::Kind::not_allowed);
  EXPECT_EQ(review({.items = {{a, {}}}, .filter = {}, .state = ReviewState::dismissed, .actor = {}, .reason = {}})
                ->ones[0]
                .outcome.error()
                .kind,
            report::Refusal::Kind::invalid)
      << "to dismiss takes a reason";
}

}  // namespace
}  // namespace hazard::desk
