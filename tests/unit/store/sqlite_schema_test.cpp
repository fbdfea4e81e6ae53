#include "store/sqlite_schema.hpp"

#include <gtest/gtest.h>

#include "support/temp_store.hpp"

namespace hazard::store {
namespace {

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
  connection->run("DROP TABLE outbox; DROP TABLE outbox_counts; PRAGMA user_version = 1");
  ASSERT_FALSE(connection->failed()) << connection->error();
  ASSERT_TRUE(migrate(*connection).has_value());
  EXPECT_EQ(connection->question("PRAGMA user_version"), std::to_string(schema_version()));
  EXPECT_EQ(connection->question("SELECT count(*) FROM outbox"), "0");
  EXPECT_EQ(connection->question("SELECT count(*) FROM sessions"), "1");
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
