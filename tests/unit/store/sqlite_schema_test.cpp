#include "store/sqlite_schema.hpp"

#include <gtest/gtest.h>

#include "support/temp_store.hpp"

namespace hazard::store {
namespace {

// Takes the third step back.
constexpr const char* kWithoutLists =
    "DROP TABLE hazard_classes; DROP TRIGGER hazard_class_added; DROP TRIGGER hazard_class_removed; DROP TRIGGER "
    "hazard_class_changed; "
    "DROP INDEX hazards_place; DROP INDEX hazards_review; DROP INDEX evidence_hosted; DROP INDEX hazards_surest; ";

struct SqliteSchemaTest : testing::Test {
  test::TempFolder folder;
  std::unique_ptr<Connection> connection =
      Connection::open((folder.path() / "a.db").string(), Connection::Mode::read_write).value();
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

// What a program before the outbox left: the tables of the first step, with rows in them.
TEST_F(SqliteSchemaTest, a_database_of_the_first_version_gets_the_outbox_and_keeps_its_rows) {
  ASSERT_TRUE(migrate(*connection).has_value());
  connection->run("INSERT INTO sessions VALUES('a','b',1,2,NULL,'')");
  connection->run("DROP TABLE outbox; DROP TABLE outbox_counts; " + std::string(kWithoutLists) + "PRAGMA user_version = 1");
  ASSERT_FALSE(connection->failed()) << connection->error();
  ASSERT_TRUE(migrate(*connection).has_value());
  EXPECT_EQ(connection->question("PRAGMA user_version"), std::to_string(schema_version()));
  EXPECT_EQ(connection->question("SELECT count(*) FROM outbox"), "0");
  EXPECT_EQ(connection->question("SELECT count(*) FROM sessions"), "1");
}

TEST_F(SqliteSchemaTest, hazards_of_an_older_database_are_counted_by_their_class) {
  ASSERT_TRUE(migrate(*connection).has_value());
  connection->run(std::string(kWithoutLists) + "INSERT INTO evidence VALUES('e','','client:c',1,2); PRAGMA user_version = 2");
  for (const char* name : {"crack", "pothole", "crack"}) {
    connection->run(
        std::string("INSERT INTO hazards SELECT NULL, hex(randomblob(8)), 1, 0, 0, '") + name +
        "', '', 0, 0, 1, 1, 1, 1, '', 1, '', 0, 0, 0, 0, 0, 1, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '', '', "
        "0, 0, 0, 0, 1, 1, NULL, '', '', '', 1, 1, NULL");
  }
  ASSERT_FALSE(connection->failed()) << connection->error();
  ASSERT_TRUE(migrate(*connection).has_value());
  EXPECT_EQ(connection->question("SELECT count FROM hazard_classes WHERE name='crack'"), "2");
  connection->run("UPDATE hazards SET class_name='seam' WHERE class_name='pothole'");
  EXPECT_EQ(connection->question("SELECT group_concat(name) FROM hazard_classes"), "crack,seam");
  connection->run("DELETE FROM hazards WHERE class_name='crack'");
  EXPECT_EQ(connection->question("SELECT group_concat(name) FROM hazard_classes"), "seam");
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
