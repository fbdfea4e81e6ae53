#include "store/sqlite_transaction.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/sqlite_schema.hpp"
#include "support/hazards.hpp"
#include "support/temp_store.hpp"

namespace hazard::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

struct SqliteTransactionTest : testing::Test {
  SqliteTransactionTest() { EXPECT_TRUE(migrate(*connection).has_value()); }
  ~SqliteTransactionTest() override { EXPECT_FALSE(transaction.failed()) << transaction.failure(); }
  void put_hazard(unsigned number, domain::GeoPoint point, domain::ReviewState state = domain::ReviewState::pending) {
    domain::Hazard hazard = test::sample_hazard(number, point);
    hazard.state = state;
    transaction.put(hazard);
  }
  std::vector<std::string> near(domain::GeoPoint point, double radius_m, std::size_t most = 100) {
    std::vector<std::string> ids;
    for (const auto& hazard : transaction.hazards_near("pothole", point, radius_m, most)) ids.push_back(hazard.id);
    return ids;
  }
  test::TempFolder folder;
  std::unique_ptr<Connection> connection =
      Connection::open((folder.path() / "a.db").string(), Connection::Mode::read_write).value();
  SqliteTransaction transaction{*connection};
};

constexpr double kDegree = 111'195;  // metres of latitude

TEST_F(SqliteTransactionTest, finds_neighbours_nearest_first_within_the_radius_only) {
  put_hazard(1, {52.5 + 10 / kDegree, 13.4});
  put_hazard(2, {52.5 - 4 / kDegree, 13.4});
  put_hazard(3, {52.5 + 30.1 / kDegree, 13.4});
  put_hazard(4, {52.5 + 29.9 / kDegree, 13.4});
  EXPECT_THAT(near({52.5, 13.4}, 30), ElementsAre(test::uuid(2), test::uuid(1), test::uuid(4)));
  EXPECT_THAT(near({52.5, 13.4}, 30, 2), ElementsAre(test::uuid(2), test::uuid(1)));
}

TEST_F(SqliteTransactionTest, finds_neighbours_across_cells_the_date_line_and_near_the_pole) {
  put_hazard(1, {0.0009999, 179.99999});
  EXPECT_THAT(near({0.0010001, -179.99999}, 10), ElementsAre(test::uuid(1)));
  put_hazard(2, {89.9, 10});
  EXPECT_THAT(near({89.9, 10.05}, 12), ElementsAre(test::uuid(2)));
  EXPECT_THAT(near({89.9, 10.2}, 12), IsEmpty());
}

TEST_F(SqliteTransactionTest, merged_hazards_and_other_classes_are_no_neighbours) {
  put_hazard(1, {52.5, 13.4}, domain::ReviewState::merged);
  put_hazard(2, {52.5, 13.4}, domain::ReviewState::dismissed);
  EXPECT_THAT(near({52.5, 13.4}, 30), ElementsAre(test::uuid(2)));
  EXPECT_THAT(transaction.hazards_near("crack", {52.5, 13.4}, 30, 10), IsEmpty());
}

TEST_F(SqliteTransactionTest, placeless_hazards_are_found_by_client_class_and_time) {
  domain::Hazard hazard = test::sample_hazard(1);
  hazard.place.reset();
  transaction.put(hazard);
  put_hazard(2, {52.5, 13.4});
  EXPECT_THAT(transaction.placeless_of("pothole", "client-a", test::at_second(100), 10), SizeIs(1));
  EXPECT_THAT(transaction.placeless_of("pothole", "client-a", test::at_second(100.001), 10), IsEmpty());
  EXPECT_THAT(transaction.placeless_of("pothole", "client-b", test::at_second(0), 10), IsEmpty());
  EXPECT_THAT(transaction.placeless_of("crack", "client-a", test::at_second(0), 10), IsEmpty());
}

TEST_F(SqliteTransactionTest, erasing_a_hazard_takes_all_that_belongs_to_it) {
  put_hazard(1, {52.5, 13.4});
  transaction.put(test::sample_sighting(10));
  transaction.append(domain::HistoryEntry{.hazard_id = test::uuid(1), .actor = "system", .action = "created"});
  transaction.put(EvidenceRecord{.id = test::uuid(20), .hazard_id = test::uuid(1), .sighting_id = test::uuid(10), .bytes = 5});
  transaction.put(ReportRecord{.id = test::uuid(30), .hazard_id = test::uuid(1)});
  transaction.erase_hazard(test::uuid(1));
  for (const char* table : {"hazards", "sightings", "history", "evidence", "reports"}) {
    EXPECT_EQ(connection->question(std::string("SELECT count(*) FROM ") + table), "0") << table;
  }
}

TEST_F(SqliteTransactionTest, erasing_a_client_or_a_session_leaves_those_of_others) {
  for (const char* client : {"a", "b"}) {
    const std::string session = std::string("session-") + client;
    transaction.put(SessionRecord{.id = session, .client_key = client});
    transaction.put(ReportRecord{.id = std::string("report-") + client, .session_id = session, .client_key = client});
    transaction.append(CoverageRecord{.drive = session, .client_key = client, .line = {{1, 2}, {3, 4}}});
    transaction.put(StreamRecord{.session_id = session, .client_key = client});
    transaction.put(StreamRecord{.session_id = session, .client_key = client, .last_kept = test::at_second(1)});
  }
  EXPECT_THAT(transaction.streams_of("a"), ElementsAre("session-a"));
  transaction.erase_client("a");
  EXPECT_THAT(transaction.streams_of("a"), IsEmpty());
  EXPECT_THAT(transaction.streams_of("b"), ElementsAre("session-b"));
  EXPECT_FALSE(transaction.session("session-a").has_value());
  EXPECT_FALSE(transaction.report("report-a").has_value());
  EXPECT_TRUE(transaction.session("session-b").has_value());
  EXPECT_THAT(transaction.coverage({}, {}, {}, 9), SizeIs(1));
  transaction.erase_session("session-b");
  EXPECT_FALSE(transaction.session("session-b").has_value());
  EXPECT_FALSE(transaction.report("report-b").has_value());
  EXPECT_THAT(transaction.streams_of("b"), IsEmpty());
  EXPECT_THAT(transaction.coverage({}, {}, {}, 9), IsEmpty());
}

TEST_F(SqliteTransactionTest, names_hazards_by_client_session_merge_and_age) {
  put_hazard(1, {52.5, 13.4});
  transaction.put(test::sample_sighting(10));
  transaction.put(test::sample_sighting(11));
  domain::Hazard merged = test::sample_hazard(2);
  merged.state = domain::ReviewState::merged;
  merged.merged_into = test::uuid(1);
  transaction.put(merged);
  EXPECT_THAT(transaction.hazards_seen_by_client("client-a"), ElementsAre(test::uuid(1)));
  EXPECT_THAT(transaction.hazards_seen_by_client("client-b"), IsEmpty());
  EXPECT_THAT(transaction.hazards_seen_in_session("session-a"), ElementsAre(test::uuid(1)));
  EXPECT_THAT(transaction.hazards_merged_into(test::uuid(1)), ElementsAre(test::uuid(2)));
  EXPECT_THAT(transaction.hazards_last_seen_before(test::at_second(100.001), 10), ElementsAre(test::uuid(1)));
  EXPECT_THAT(transaction.hazards_last_seen_before(test::at_second(100), 10), IsEmpty());
}

TEST_F(SqliteTransactionTest, old_sessions_reports_without_a_hazard_and_coverage_go_and_newer_stay) {
  for (const double second : {1.0, 2.0}) {
    const std::string id = "at-" + std::to_string(second);
    transaction.put(SessionRecord{.id = id, .last_active = test::at_second(second)});
    transaction.put(StreamRecord{.session_id = id, .client_key = "phone", .last_kept = test::at_second(second)});
    transaction.put(ReportRecord{.id = id, .updated_at = test::at_second(second)});
    transaction.append(CoverageRecord{.drive = id, .to = test::at_second(second), .line = {{1, 2}}});
  }
  transaction.put(ReportRecord{.id = "of-hazard", .hazard_id = "h", .updated_at = test::at_second(1)});
  transaction.erase_older_than(test::at_second(2));
  EXPECT_FALSE(transaction.session("at-1.000000").has_value());
  EXPECT_TRUE(transaction.session("at-2.000000").has_value());
  EXPECT_THAT(transaction.streams_of("phone"), ElementsAre("at-2.000000"));
  EXPECT_FALSE(transaction.report("at-1.000000").has_value());
  EXPECT_TRUE(transaction.report("at-2.000000").has_value());
  EXPECT_TRUE(transaction.report("of-hazard").has_value());
  EXPECT_THAT(transaction.coverage({}, {}, test::at_second(9), 9), SizeIs(1));
}

TEST_F(SqliteTransactionTest, coverage_without_points_is_not_kept) {
  transaction.append(CoverageRecord{.drive = "d"});
  EXPECT_THAT(transaction.coverage({}, {}, test::at_second(9), 9), IsEmpty());
}

}  // namespace
}  // namespace hazard::store
