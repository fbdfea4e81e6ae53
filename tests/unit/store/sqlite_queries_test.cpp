#include "store/sqlite_queries.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/hazards.hpp"
#include "support/temp_store.hpp"

namespace hazard::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

struct SqliteQueriesTest : testing::Test {
  test::TempStore store;
};

TEST_F(SqliteQueriesTest, unknown_ids_are_nothing) {
  Reads& reads = store->reads();
  EXPECT_FALSE(reads.hazard("x").has_value());
  EXPECT_FALSE(reads.sighting("x").has_value());
  EXPECT_FALSE(reads.session("x").has_value());
  EXPECT_FALSE(reads.report("x").has_value());
  EXPECT_FALSE(reads.evidence("x").has_value());
  EXPECT_THAT(reads.sightings_of("x"), IsEmpty());
  EXPECT_THAT(reads.history_of("x"), IsEmpty());
  EXPECT_THAT(reads.evidence_of("x"), IsEmpty());
}

TEST_F(SqliteQueriesTest, sightings_come_in_order_of_time_and_history_in_order_of_writing) {
  store.run([](Transaction& transaction) {
    transaction.put(test::sample_sighting(12, {1, 1}, 20));
    transaction.put(test::sample_sighting(11, {1, 1}, 10));
    for (const char* action : {"created", "state", "note"}) {
      transaction.append(domain::HistoryEntry{.hazard_id = test::uuid(1),
                                              .at = test::at_second(0),
                                              .actor = "anna",
                                              .action = action,
                                              .from = domain::ReviewState::pending,
                                              .reason = "r"});
    }
  });
  const auto sightings = store->reads().sightings_of(test::uuid(1));
  ASSERT_THAT(sightings, SizeIs(2));
  EXPECT_EQ(sightings[0].id, test::uuid(11));
  const auto history = store->reads().history_of(test::uuid(1));
  ASSERT_THAT(history, SizeIs(3));
  EXPECT_EQ(history[0].action, "created");
  EXPECT_EQ(history[2].action, "note");
  EXPECT_LT(history[0].id, history[1].id);
  EXPECT_EQ(history[0].from, domain::ReviewState::pending);
  EXPECT_FALSE(history[0].to.has_value());
}

TEST_F(SqliteQueriesTest, counts_leave_out_merged_hazards) {
  store.run([](Transaction& transaction) {
    for (unsigned i = 1; i <= 4; ++i) {
      domain::Hazard hazard = test::sample_hazard(i);
      hazard.state = i == 4 ? domain::ReviewState::merged : i == 3 ? domain::ReviewState::fixed : domain::ReviewState::pending;
      hazard.class_name = i == 1 ? "crack" : "pothole";
      hazard.first_seen = test::at_second(i);
      transaction.put(hazard);
    }
  });
  const Counts counts = store->reads().hazard_counts(test::at_second(2));
  EXPECT_EQ(counts.total, 3);
  EXPECT_THAT(counts.by_status, ElementsAre(Pair("pending", 2), Pair("fixed", 1)));
  EXPECT_THAT(counts.by_class, ElementsAre(Pair("crack", 1), Pair("pothole", 2)));
  EXPECT_NEAR(counts.average_confidence, 0.75, 1e-6);
  EXPECT_EQ(counts.recent, 2);
}

TEST_F(SqliteQueriesTest, counts_of_nothing_are_zero) {
  EXPECT_EQ(store->reads().hazard_counts({}).total, 0);
  EXPECT_EQ(store->reads().report_counts({}).average_confidence, 0);
}

TEST_F(SqliteQueriesTest, reports_are_counted_by_status_class_and_the_severity_they_show) {
  store.run([](Transaction& transaction) {
    transaction.put(ReportRecord{.id = "1", .status = "pending", .class_name = "crack", .confidence = 0.5F, .severity = "low"});
    transaction.put(ReportRecord{.id = "2", .status = "confirmed", .class_name = "crack", .confidence = 0.7F});
  });
  const Counts counts = store->reads().report_counts({});
  EXPECT_EQ(counts.total, 2);
  EXPECT_THAT(counts.by_severity, ElementsAre(Pair("low", 1), Pair("medium", 1)));
  EXPECT_NEAR(counts.average_confidence, 0.6, 1e-6);
}

TEST_F(SqliteQueriesTest, coverage_is_found_by_bounds_time_and_across_the_date_line) {
  store.run([](Transaction& transaction) {
    transaction.append(CoverageRecord{.drive = "berlin",
                                      .client_key = "c",
                                      .from = test::at_second(0),
                                      .to = test::at_second(10),
                                      .pictures = 50,
                                      .hits = 2,
                                      .line = {{52.5, 13.4}, {52.6, 13.5}}});
    transaction.append(CoverageRecord{
        .drive = "fiji", .from = test::at_second(0), .to = test::at_second(10), .line = {{-17, 179.5}, {-17, 179.6}}});
  });
  Reads& reads = store->reads();
  const auto all = reads.coverage({}, test::at_second(0), test::at_second(10), 9);
  ASSERT_THAT(all, SizeIs(2));
  const auto newest = reads.coverage({}, test::at_second(0), test::at_second(10), 1);
  ASSERT_THAT(newest, SizeIs(1));
  EXPECT_EQ(newest[0].drive, "fiji") << "of two that begin together the one that came later";
  EXPECT_THAT(all[0].line, ElementsAre(domain::GeoPoint{52.5, 13.4}, domain::GeoPoint{52.6, 13.5}));
  EXPECT_EQ(all[0].pictures, 50);
  EXPECT_EQ(all[0].hits, 2);
  EXPECT_THAT(reads.coverage(Bounds{52.55, 13, 53, 14}, test::at_second(0), test::at_second(10), 9), SizeIs(1));
  EXPECT_THAT(reads.coverage(Bounds{-20, 179, -10, -179}, test::at_second(0), test::at_second(10), 9), SizeIs(1));
  EXPECT_THAT(reads.coverage({}, test::at_second(10.1), test::at_second(20), 9), IsEmpty());
  EXPECT_THAT(reads.coverage({}, test::at_second(-5), test::at_second(-0.1), 9), IsEmpty());
}

}  // namespace
}  // namespace hazard::store
