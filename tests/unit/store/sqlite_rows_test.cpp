#include "store/sqlite_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "store/sqlite_schema.hpp"
#include "support/hazards.hpp"
#include "support/temp_store.hpp"

namespace hazard::store {
namespace {

struct SqliteRowsTest : testing::Test {
  SqliteRowsTest() { EXPECT_TRUE(migrate(*connection).has_value()); }
  template <typename Item>
  void put(const std::string& table, const std::string& columns, const Item& item) {
    Statement statement = connection->prepare(upsert_sql(table, columns));
    bind(statement, item);
    statement.run();
    EXPECT_FALSE(connection->failed()) << connection->error();
  }
  test::TempFolder folder;
  std::unique_ptr<Connection> connection =
      Connection::open((folder.path() / "a.db").string(), Connection::Mode::read_write).value();
};

void expect_equal(const domain::BestPicture& a, const domain::BestPicture& b) {
  EXPECT_EQ(a.at, b.at);
  EXPECT_EQ(a.frame_id, b.frame_id);
  EXPECT_EQ(a.confidence, b.confidence);
  EXPECT_EQ(a.box, b.box);
  EXPECT_EQ(a.picture, b.picture);
  EXPECT_EQ(a.likeness, b.likeness);
}

TEST_F(SqliteRowsTest, a_hazard_comes_back_as_it_was) {
  const domain::Hazard hazard = test::sample_hazard(1);
  put("hazards", kHazardColumns + ",cell", hazard);
  Statement row = connection->prepare("SELECT " + kHazardColumns + " FROM hazards");
  ASSERT_TRUE(row.step());
  const domain::Hazard back = hazard_row(row);
  EXPECT_EQ(back.id, hazard.id);
  EXPECT_EQ(back.version, hazard.version);
  EXPECT_EQ(back.state, hazard.state);
  EXPECT_EQ(back.class_id, hazard.class_id);
  EXPECT_EQ(back.class_name, hazard.class_name);
  EXPECT_EQ(back.model_version, hazard.model_version);
  EXPECT_EQ(back.thresholds.detection, hazard.thresholds.detection);
  EXPECT_EQ(back.thresholds.report, hazard.thresholds.report);
  EXPECT_EQ(back.first_seen, hazard.first_seen);
  EXPECT_EQ(back.last_seen, hazard.last_seen);
  EXPECT_EQ(back.sightings, hazard.sightings);
  EXPECT_EQ(back.passes, hazard.passes);
  EXPECT_EQ(back.best_sighting_id, hazard.best_sighting_id);
  expect_equal(back.best, hazard.best);
  ASSERT_TRUE(back.place.has_value());
  EXPECT_EQ(back.place->point, hazard.place->point);
  EXPECT_EQ(back.place->variance_m2, hazard.place->variance_m2);
  EXPECT_EQ(back.place->uncertainty_m, hazard.place->uncertainty_m);
  EXPECT_EQ(back.place->map_point, hazard.place->map_point);
  EXPECT_EQ(back.place->map_variance_m2, hazard.place->map_variance_m2);
  EXPECT_EQ(back.place->heading_deg, hazard.place->heading_deg);
  EXPECT_EQ(back.last_client_key, hazard.last_client_key);
  EXPECT_EQ(back.last_session_id, hazard.last_session_id);
  EXPECT_EQ(back.last_box, hazard.last_box);
  EXPECT_EQ(back.last_picture, hazard.last_picture);
  EXPECT_EQ(back.last_likeness, hazard.last_likeness);
  EXPECT_EQ(back.reason, hazard.reason);
  EXPECT_EQ(back.note, hazard.note);
  EXPECT_EQ(back.merged_into, hazard.merged_into);
  EXPECT_EQ(back.created_at, hazard.created_at);
  EXPECT_EQ(back.updated_at, hazard.updated_at);
}

TEST_F(SqliteRowsTest, a_hazard_without_place_likeness_and_heading_comes_back_so) {
  domain::Hazard hazard = test::sample_hazard(1);
  hazard.place.reset();
  hazard.best.likeness.reset();
  hazard.last_likeness.reset();
  put("hazards", kHazardColumns + ",cell", hazard);
  Statement row = connection->prepare("SELECT " + kHazardColumns + " FROM hazards");
  ASSERT_TRUE(row.step());
  const domain::Hazard back = hazard_row(row);
  EXPECT_FALSE(back.place.has_value());
  EXPECT_FALSE(back.best.likeness.has_value());
  EXPECT_FALSE(back.last_likeness.has_value());
  EXPECT_EQ(back.last_client_key, hazard.last_client_key);
  EXPECT_EQ(back.updated_at, hazard.updated_at);
}

TEST_F(SqliteRowsTest, a_sighting_comes_back_as_it_was_with_and_without_place) {
  for (const bool placed : {true, false}) {
    domain::Sighting sighting = test::sample_sighting(placed ? 5 : 6);
    if (!placed) sighting.place.reset();
    sighting.new_pass = placed;
    put("sightings", kSightingColumns, sighting);
    Statement row = connection->prepare("SELECT " + kSightingColumns + " FROM sightings WHERE id=?");
    row.bind(sighting.id);
    ASSERT_TRUE(row.step());
    const domain::Sighting back = sighting_row(row);
    EXPECT_EQ(back.id, sighting.id);
    EXPECT_EQ(back.hazard_id, sighting.hazard_id);
    EXPECT_EQ(back.client_key, sighting.client_key);
    EXPECT_EQ(back.session_id, sighting.session_id);
    EXPECT_EQ(back.source, sighting.source);
    EXPECT_EQ(back.track_id, sighting.track_id);
    EXPECT_EQ(back.hits, sighting.hits);
    EXPECT_EQ(back.first_seen, sighting.first_seen);
    EXPECT_EQ(back.last_seen, sighting.last_seen);
    expect_equal(back.best, sighting.best);
    ASSERT_EQ(back.place.has_value(), placed);
    if (placed) {
      EXPECT_EQ(back.place->point, sighting.place->point);
      EXPECT_EQ(back.place->shared_sigma_m, 2);
      EXPECT_EQ(back.place->own_sigma_m, 0.5);
      EXPECT_EQ(back.place->heading_deg, 90);
      EXPECT_EQ(back.place->basis, domain::PlaceBasis::projected);
    }
    EXPECT_EQ(back.new_pass, placed);
    EXPECT_EQ(back.reason, sighting.reason);
  }
}

TEST_F(SqliteRowsTest, putting_the_same_id_again_replaces_all_but_the_id) {
  SessionRecord session{
      .id = "s", .client_key = "c", .created_at = test::at_second(0), .last_active = test::at_second(1), .body = "{}"};
  put("sessions", kSessionColumns, session);
  session.ended_at = test::at_second(5);
  session.body = "{\"a\":1}";
  put("sessions", kSessionColumns, session);
  Statement row = connection->prepare("SELECT " + kSessionColumns + " FROM sessions");
  ASSERT_TRUE(row.step());
  const SessionRecord back = session_row(row);
  EXPECT_EQ(back.ended_at, session.ended_at);
  EXPECT_EQ(back.body, session.body);
  EXPECT_FALSE(row.step());
}

TEST_F(SqliteRowsTest, columns_and_marks_of_an_upsert_agree) {
  EXPECT_EQ(upsert_sql("t", "id,a,b"),
            "INSERT INTO t(id,a,b) VALUES(?,?,?) ON CONFLICT(id) DO UPDATE SET a=excluded.a,b=excluded.b");
}

TEST(CellOf, neighbours_share_a_row_and_numbers_stay_in_their_row) {
  EXPECT_EQ(cell_of({-90, -180}).number(), 0);
  EXPECT_EQ(cell_of({52.5001, 13.4001}).row, cell_of({52.5009, 13.4}).row);
  EXPECT_EQ(cell_of({52.5001, 13.4001}).row + 1, cell_of({52.5011, 13.4}).row);
  EXPECT_LT(cell_of({90, 180}).column, kCellsPerRow);
}

TEST(Micros, times_come_back_to_the_microsecond_before_and_after_the_epoch) {
  for (const std::int64_t micros : {-1'000'001LL, 0LL, 1'700'000'000'123'456LL})
    EXPECT_EQ(to_micros(from_micros(micros)), micros);
}

}  // namespace
}  // namespace hazard::store
