#include "report/review.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/fold.hpp"
#include "support/hazards.hpp"
#include "support/temp_store.hpp"

namespace hazard::report {
namespace {

using domain::Hazard;
using domain::ReviewState;
using test::at_second;
using test::uuid;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

struct ReviewTest : testing::Test {
  // Hazard `number` with sightings 10 * number + 1, 2, ..., of client-a and then client-b.
  void make(unsigned number, unsigned sightings) {
    run([&](store::Transaction& transaction) {
      std::vector<domain::Sighting> all;
      for (unsigned i = 1; i <= sightings; ++i) {
        domain::Sighting sighting = test::sample_sighting(10 * number + i, {52.5 + number * 0.001, 13.4}, i * 1000.0);
        sighting.hazard_id = uuid(number);
        sighting.client_key = i == 1 ? "client-a" : "client-b";
        sighting.session_id = i == 1 ? "session-a" : "session-b";
        transaction.put(sighting);
        transaction.put(store::EvidenceRecord{
            .id = uuid(1000 + 10 * number + i), .hazard_id = uuid(number), .sighting_id = sighting.id, .bytes = 1});
        all.push_back(std::move(sighting));
      }
      Hazard hazard = begin_hazard(uuid(number), all[0], at_second(0));
      refold(hazard, all);
      transaction.put(hazard);
    });
  }
  void run(std::function<void(store::Transaction&)> work) { EXPECT_TRUE(store.run(std::move(work))); }
  Change change(unsigned number, std::string reason = "", std::optional<std::int64_t> version = {}) {
    return {uuid(number), version, "anna", std::move(reason), at_second(5)};
  }
  Reviewed<Hazard> state(const Change& wish, ReviewState to) {
    Reviewed<Hazard> answer;
    run([&](store::Transaction& transaction) { answer = set_state(transaction, wish, to); });
    return answer;
  }
  test::TempStore store;
};

TEST_F(ReviewTest, every_way_between_states_is_as_written) {
  using enum ReviewState;
  const std::vector<std::pair<ReviewState, std::vector<ReviewState>>> ways{
      {pending, {confirmed, dismissed, fixed, archived}},
      {confirmed, {pending, dismissed, fixed, archived}},
      {dismissed, {pending, confirmed, archived}},
      {merged, {}},
      {fixed, {reopened, archived}},
      {reopened, {confirmed, dismissed, fixed, archived}},
      {archived, {reopened}},
  };
  for (const auto& [from, allowed] : ways) {
    for (std::size_t i = 0; i < domain::kReviewStateCount; ++i) {
      const auto to = static_cast<ReviewState>(i);
      EXPECT_EQ(may_become(from, to), std::ranges::find(allowed, to) != allowed.end())
          << domain::to_string(from) << " to " << domain::to_string(to);
    }
  }
}

TEST_F(ReviewTest, a_confirmation_grows_the_version_and_the_history) {
  make(1, 1);
  const auto answer = state(change(1, "seen on site", 1), ReviewState::confirmed);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->state, ReviewState::confirmed);
  EXPECT_EQ(answer->version, 2);
  EXPECT_EQ(answer->updated_at, at_second(5));
  const auto history = store->reads().history_of(uuid(1));
  ASSERT_THAT(history, SizeIs(1));
  EXPECT_EQ(history[0].actor, "anna");
  EXPECT_EQ(history[0].from, ReviewState::pending);
  EXPECT_EQ(history[0].to, ReviewState::confirmed);
  EXPECT_EQ(history[0].reason, "seen on site");
}

TEST_F(ReviewTest, another_version_refuses_and_changes_nothing) {
  make(1, 1);
  for (const std::int64_t version : {0, 2, -1}) {
    const auto answer = state(change(1, "", version), ReviewState::confirmed);
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().kind, Refusal::Kind::version_mismatch);
    EXPECT_EQ(answer.error().current_version, 1);
  }
  EXPECT_EQ(store->reads().hazard(uuid(1))->state, ReviewState::pending);
  EXPECT_THAT(store->reads().history_of(uuid(1)), IsEmpty());
}

TEST_F(ReviewTest, the_same_state_twice_is_no_change) {
  make(1, 1);
  EXPECT_EQ(state(change(1), ReviewState::confirmed)->version, 2);
  EXPECT_EQ(state(change(1), ReviewState::confirmed)->version, 2);
  EXPECT_THAT(store->reads().history_of(uuid(1)), SizeIs(1));
}

TEST_F(ReviewTest, dismissing_needs_a_reason_and_unknown_ids_forbidden_ways_and_long_reasons_are_refused) {
  make(1, 1);
  EXPECT_EQ(state(change(1), ReviewState::dismissed).error().kind, Refusal::Kind::invalid);
  EXPECT_EQ(state(change(1, std::string(kReasonBytesMost + 1, 'x')), ReviewState::dismissed).error().kind,
            Refusal::Kind::invalid);
  EXPECT_EQ(state(change(9), ReviewState::confirmed).error().kind, Refusal::Kind::not_found);
  EXPECT_EQ(state(change(1), ReviewState::merged).error().kind, Refusal::Kind::not_allowed);
  EXPECT_EQ(state(change(1), ReviewState::reopened).error().kind, Refusal::Kind::not_allowed);
  EXPECT_TRUE(state(change(1, std::string(kReasonBytesMost, 'x')), ReviewState::dismissed).has_value());
}

TEST_F(ReviewTest, a_note_is_kept_and_noted) {
  make(1, 1);
  run([&](store::Transaction& transaction) { EXPECT_TRUE(set_note(transaction, change(1), "by the school").has_value()); });
  EXPECT_EQ(store->reads().hazard(uuid(1))->note, "by the school");
  EXPECT_EQ(store->reads().history_of(uuid(1)).back().action, "note");
  run([&](store::Transaction& transaction) {
    EXPECT_FALSE(set_note(transaction, change(1), std::string(kReasonBytesMost + 1, 'x')).has_value());
  });
}

TEST_F(ReviewTest, merging_moves_all_sightings_and_old_ids_lead_on) {
  make(1, 2);
  make(2, 3);
  make(3, 1);
  run([&](store::Transaction& transaction) {
    const auto merged = merge(transaction, change(1, "one patch"), std::vector{uuid(2), uuid(3)});
    ASSERT_TRUE(merged.has_value());
    EXPECT_EQ(merged->sightings, 6);
    EXPECT_EQ(merged->version, 2);
    EXPECT_THAT(merged->reason, HasSubstr("Merged by anna from 3 hazards: one patch"));
  });
  store::Reads& reads = store->reads();
  EXPECT_EQ(reads.hazards({}).total, 1);
  EXPECT_EQ(resolve(reads, uuid(2))->id, uuid(1));
  EXPECT_EQ(reads.hazard(uuid(3))->state, ReviewState::merged);
  EXPECT_THAT(reads.sightings_of(uuid(1)), SizeIs(6));
  EXPECT_EQ(reads.history_of(uuid(2)).back().to, ReviewState::merged);
  EXPECT_FALSE(resolve(reads, uuid(77)).has_value());
}

TEST_F(ReviewTest, senseless_merges_are_refused_whole) {
  make(1, 1);
  make(2, 1);
  make(3, 1);
  run([&](store::Transaction& transaction) {
    const auto kind = [&](unsigned into, std::vector<std::string> from) {
      const auto answer = merge(transaction, change(into), from);
      return answer ? std::optional<Refusal::Kind>() : answer.error().kind;
    };
    EXPECT_EQ(kind(1, {}), Refusal::Kind::invalid);
    EXPECT_EQ(kind(1, {uuid(1)}), Refusal::Kind::invalid);
    EXPECT_EQ(kind(1, {uuid(2), uuid(2)}), Refusal::Kind::invalid);
    EXPECT_EQ(kind(1, {uuid(2), uuid(9)}), Refusal::Kind::not_found);
    EXPECT_EQ(kind(9, {uuid(2)}), Refusal::Kind::not_found);
    EXPECT_EQ(transaction.hazard(uuid(2))->state, ReviewState::pending);
    EXPECT_EQ(kind(1, {uuid(2)}), std::nullopt);
    EXPECT_EQ(kind(3, {uuid(2)}), Refusal::Kind::not_allowed);
    EXPECT_EQ(kind(2, {uuid(3)}), Refusal::Kind::not_allowed);
  });
}

TEST_F(ReviewTest, splitting_takes_sightings_out_into_a_pending_hazard) {
  make(1, 3);
  run([&](store::Transaction& transaction) {
    const auto parts = split(transaction, change(1, "two of them"), std::vector{uuid(12), uuid(13)});
    ASSERT_TRUE(parts.has_value());
    EXPECT_EQ(parts->rest.sightings, 1);
    EXPECT_EQ(parts->fresh.sightings, 2);
    EXPECT_EQ(parts->fresh.state, ReviewState::pending);
    EXPECT_THAT(parts->fresh.reason, HasSubstr("Split by anna"));
    EXPECT_THAT(transaction.sightings_of(parts->fresh.id), SizeIs(2));
    EXPECT_EQ(transaction.history_of(uuid(1)).back().action, "split");
  });
  EXPECT_EQ(store->reads().hazards({}).total, 2);
}

TEST_F(ReviewTest, a_split_needs_sightings_of_this_hazard_and_must_leave_one) {
  make(1, 2);
  make(2, 1);
  run([&](store::Transaction& transaction) {
    for (const auto& ids : {std::vector<std::string>{}, std::vector{uuid(21)}, std::vector{uuid(11), uuid(11)},
                            std::vector{uuid(11), uuid(21)}, std::vector{uuid(11), uuid(12)}}) {
      const auto answer = split(transaction, change(1), ids);
      ASSERT_FALSE(answer.has_value());
      EXPECT_EQ(answer.error().kind, Refusal::Kind::invalid);
    }
  });
}

TEST_F(ReviewTest, erasing_a_client_keeps_what_others_saw_and_names_the_pictures) {
  make(1, 3);
  make(2, 1);
  std::vector<std::string> pictures;
  run([&](store::Transaction& transaction) { pictures = erase_client(transaction, "client-a", at_second(9)); });
  EXPECT_THAT(pictures, UnorderedElementsAre(uuid(1011), uuid(1021)));
  store::Reads& reads = store->reads();
  EXPECT_FALSE(reads.hazard(uuid(2)).has_value());
  const auto rest = reads.hazard(uuid(1));
  ASSERT_TRUE(rest.has_value());
  EXPECT_EQ(rest->sightings, 2);
  EXPECT_EQ(rest->last_client_key, "client-b");
  EXPECT_EQ(rest->best_sighting_id, uuid(12));
  EXPECT_EQ(rest->version, 2);
}

TEST_F(ReviewTest, erasing_a_session_and_a_hazard_takes_their_pictures) {
  make(1, 3);
  make(2, 2);
  run([&](store::Transaction& transaction) {
    EXPECT_THAT(erase_session(transaction, "session-b", at_second(9)), UnorderedElementsAre(uuid(1012), uuid(1013), uuid(1022)));
    EXPECT_THAT(erase_hazard(transaction, uuid(1)), ElementsAre(uuid(1011)));
    EXPECT_THAT(erase_hazard(transaction, uuid(99)), IsEmpty());
  });
  EXPECT_EQ(store->reads().hazards({}).total, 1);
}

TEST_F(ReviewTest, erasing_a_hazard_takes_those_merged_into_it) {
  make(1, 1);
  make(2, 1);
  run([&](store::Transaction& transaction) {
    ASSERT_TRUE(merge(transaction, change(1), std::vector{uuid(2)}).has_value());
    erase_hazard(transaction, uuid(1));
    EXPECT_FALSE(transaction.hazard(uuid(2)).has_value());
    EXPECT_THAT(transaction.history_of(uuid(2)), IsEmpty());
  });
}

TEST_F(ReviewTest, old_hazards_expire_a_bounded_number_at_a_time_and_newer_stay) {
  make(1, 1);
  make(2, 1);
  make(3, 2);
  run([&](store::Transaction& transaction) {
    EXPECT_EQ(expire(transaction, at_second(1000.5), 1).hazards, 1U);
    const Expired rest = expire(transaction, at_second(1000.5), 10);
    EXPECT_EQ(rest.hazards, 1U);
    EXPECT_THAT(rest.evidence, SizeIs(1));
    EXPECT_EQ(expire(transaction, at_second(1000.5), 10).hazards, 0U);
  });
  EXPECT_TRUE(store->reads().hazard(uuid(3)).has_value());
}

}  // namespace
}  // namespace hazard::report
