#include "store/sqlite_schema.hpp"

#include <gtest/gtest.h>

#include "support/temp_store.hpp"

namespace hazard::store {
namespace {

constexpr int kFirst = 1, kOutbox = 2, kLists = 3, kSurest = 4, kStreams = 6;

struct SqliteSchemaTest : testing::Test {
  test::TempFolder folder;
  std::unique_ptr<Connection> connection =
      Connection::open((folder.path() / "a.db").string(), Connection::Mode::read_write).value();

  void add_hazard(const std::string& class_name, int state) {
    connection->run(
        "INSERT INTO hazards SELECT NULL, hex(randomblob(8)), 1, " + std::to_string(state) + ", 0, '" + class_name +
        "', '', 0, 0, 1, 1, 1, 1, '', 1, '', 0, 0, 0, 0, 0, 1, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
        "'', '', 0, 0, 0, 0, 1, 1, NULL, '', '', '', 1, 1, NULL");
    EXPECT_FALSE(connection->failed()) << connection->error();
  }
  void add_report(const std::string& id_class_and_severity) {
    connection->run(
        "INSERT INTO reports(id,class_id,class_name,severity,hazard_id,session_id,client_key,source,status,confidence,"
        "created_at,updated_at,body) SELECT " +
        id_class_and_severity + ",'','','','','new',0.5,1,1,''");
    EXPECT_FALSE(connection->failed()) << connection->error();
  }
  std::string hazard_counts() {
    return all_of("class_name||' '||state||': '||count FROM hazard_counts ORDER BY class_name, state");
  }
  std::string report_counts() {
    return all_of("status||' '||class_id||' '||class_name||' '||severity||': '||count FROM report_counts ORDER BY 1");
  }
  std::string all_of(const std::string& what) {
    return connection
        ->question("SELECT coalesce(group_concat(line, ', '), '') FROM (SELECT " +
                   std::string(what).insert(what.find(" FROM"), " AS line") + ")")
        .value_or(connection->error());
  }
};

TEST_F(SqliteSchemaTest, makes_a_new_database_and_leaves_it_alone_the_second_time) {
  ASSERT_TRUE(migrate(*connection).has_value());
  EXPECT_EQ(connection->question("PRAGMA user_version"), std::to_string(schema_version()));
  connection->run("INSERT INTO sessions VALUES('a','b',1,2,NULL,'')");
  ASSERT_TRUE(migrate(*connection).has_value());
  EXPECT_EQ(connection->question("SELECT count(*) FROM sessions"), "1");
}

TEST_F(SqliteSchemaTest, refuses_a_database_of_a_newer_program) {
  connection->run("PRAGMA user_version = " + std::to_string(schema_version() + 1));
  const auto answer = migrate(*connection);
  ASSERT_FALSE(answer.has_value());
  EXPECT_NE(answer.error().message.find("at least as new"), std::string::npos);
}

TEST_F(SqliteSchemaTest, a_step_that_fails_leaves_nothing_behind) {
  connection->run("CREATE TABLE coverage(other)");  // in the way of the first step, near its end
  ASSERT_FALSE(migrate(*connection).has_value());
  EXPECT_FALSE(connection->failed());
  EXPECT_EQ(connection->question("PRAGMA user_version"), "0");
  EXPECT_EQ(connection->question("SELECT count(*) FROM sqlite_master WHERE name='hazards'"), "0");
}

TEST_F(SqliteSchemaTest, a_database_of_the_first_version_gets_the_outbox_and_keeps_its_rows) {
  ASSERT_TRUE(migrate(*connection, kFirst).has_value());
  EXPECT_EQ(connection->question("PRAGMA user_version"), "1");
  connection->run("INSERT INTO sessions VALUES('a','b',1,2,NULL,'')");
  EXPECT_EQ(connection->question("SELECT count(*) FROM sqlite_master WHERE name='outbox'"), "0");
  ASSERT_TRUE(migrate(*connection).has_value());
  EXPECT_EQ(connection->question("PRAGMA user_version"), std::to_string(schema_version()));
  EXPECT_EQ(connection->question("SELECT count(*) FROM outbox"), "0");
  EXPECT_EQ(connection->question("SELECT count(*) FROM sessions"), "1");
}

TEST_F(SqliteSchemaTest, hazards_of_an_older_database_are_counted_by_their_class_and_state) {
  for (const int old : {kOutbox, kLists, kSurest}) {
    const auto path = folder.path() / (std::to_string(old) + ".db");
    connection = Connection::open(path.string(), Connection::Mode::read_write).value();
    ASSERT_TRUE(migrate(*connection, old).has_value());
    add_hazard("crack", 0);
    add_hazard("pothole", 0);
    add_hazard("crack", 1);
    ASSERT_TRUE(migrate(*connection).has_value());
    EXPECT_EQ(hazard_counts(), "crack 0: 1, crack 1: 1, pothole 0: 1") << old;
  }
}

TEST_F(SqliteSchemaTest, counts_of_hazards_follow_every_change) {
  ASSERT_TRUE(migrate(*connection).has_value());
  EXPECT_EQ(hazard_counts(), "");
  for (const char* name : {"crack", "crack", "pothole"}) add_hazard(name, 0);
  connection->run("UPDATE hazards SET class_name='seam' WHERE class_name='pothole'");
  EXPECT_EQ(hazard_counts(), "crack 0: 2, seam 0: 1");
  connection->run("UPDATE hazards SET state=3 WHERE class_name='seam'; UPDATE hazards SET state=state, note='n'");
  EXPECT_EQ(hazard_counts(), "crack 0: 2, seam 3: 1");
  connection->run("BEGIN; DELETE FROM hazards WHERE class_name='crack'; ROLLBACK");
  EXPECT_EQ(hazard_counts(), "crack 0: 2, seam 3: 1");
  connection->run("DELETE FROM hazards WHERE class_name='crack'");
  EXPECT_EQ(hazard_counts(), "seam 3: 1");
  connection->run("DELETE FROM hazards");
  EXPECT_EQ(hazard_counts(), "");
}

TEST_F(SqliteSchemaTest, reports_of_an_older_database_are_counted_and_their_counts_follow_every_change) {
  ASSERT_TRUE(migrate(*connection, kSurest).has_value());
  for (const char* values : {"'a',1,'crack','low'", "'b',1,'crack','low'", "'c',2,'pothole',''"}) add_report(values);
  ASSERT_TRUE(migrate(*connection).has_value());
  EXPECT_EQ(report_counts(), "new 1 crack low: 2, new 2 pothole medium: 1") << "what nobody rated is counted as it is shown";
  add_report("'d',2,'pothole',''");
  connection->run("UPDATE reports SET status='old' WHERE id='a'; UPDATE reports SET severity='high' WHERE id='b'");
  EXPECT_EQ(report_counts(), "new 1 crack high: 1, new 2 pothole medium: 2, old 1 crack low: 1");
  connection->run("UPDATE reports SET class_id=3 WHERE id='b'; UPDATE reports SET class_name='seam' WHERE id='d'");
  EXPECT_EQ(report_counts(), "new 2 pothole medium: 1, new 2 seam low: 1, new 3 crack high: 1, old 1 crack low: 1");
  connection->run("DELETE FROM reports WHERE id<>'c'");
  EXPECT_EQ(report_counts(), "new 2 pothole medium: 1");
  connection->run("UPDATE reports SET confidence=0.9");
  EXPECT_EQ(report_counts(), "new 2 pothole critical: 1");
  connection->run("DELETE FROM reports");
  EXPECT_EQ(report_counts(), "");
}

TEST_F(SqliteSchemaTest, counts_of_reports_from_before_the_shown_severity_are_made_anew) {
  ASSERT_TRUE(migrate(*connection, kStreams).has_value());
  for (const char* values : {"'a',1,'crack',''", "'b',1,'crack','high'"}) add_report(values);
  EXPECT_EQ(report_counts(), "new 1 crack : 1, new 1 crack high: 1");
  ASSERT_TRUE(migrate(*connection).has_value());
  EXPECT_EQ(report_counts(), "new 1 crack high: 1, new 1 crack low: 1");
  connection->run("DELETE FROM reports");
  EXPECT_EQ(report_counts(), "");
}

TEST_F(SqliteSchemaTest, history_can_be_added_to_but_not_changed) {
  ASSERT_TRUE(migrate(*connection).has_value());
  connection->run("INSERT INTO history(hazard_id,at,actor,action,reason) VALUES('h',1,'a','note','r')");
  EXPECT_FALSE(connection->failed());
  connection->run("UPDATE history SET actor='b'");
  EXPECT_TRUE(connection->failed());
}

}  // namespace
}  // namespace hazard::store
