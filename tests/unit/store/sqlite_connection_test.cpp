#include "store/sqlite_connection.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "support/temp_store.hpp"

namespace hazard::store {
namespace {

struct SqliteConnectionTest : testing::Test {
  test::TempFolder folder;
  std::string path = (folder.path() / "a.db").string();
  std::unique_ptr<Connection> connection = Connection::open(path, Connection::Mode::read_write).value();
};

TEST_F(SqliteConnectionTest, keeps_numbers_texts_with_zero_bytes_and_nulls) {
  connection->run("CREATE TABLE t(a,b,c,d)");
  const std::string odd("a\0'; DROP TABLE t; --", 21);
  connection->prepare("INSERT INTO t VALUES(?,?,?,?)").bind(std::int64_t{-5}).bind(0.25).bind(odd).bind_null().run();
  Statement row = connection->prepare("SELECT a,b,c,d FROM t");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.integer(0), -5);
  EXPECT_EQ(row.real(1), 0.25);
  EXPECT_EQ(row.text(2), odd);
  EXPECT_TRUE(row.is_null(3));
  EXPECT_FALSE(row.step());
  EXPECT_FALSE(connection->failed());
}

TEST_F(SqliteConnectionTest, keeps_no_more_prepared_statements_than_it_may_and_none_that_is_in_use_goes) {
  connection->run("CREATE TABLE t(a); INSERT INTO t VALUES(1),(2)");
  Statement rows = connection->prepare("SELECT a FROM t ORDER BY a");
  ASSERT_TRUE(rows.step());
  for (std::size_t i = 0; i < 2 * kStatementsMost; ++i) {
    Statement one = connection->prepare("SELECT " + std::to_string(i));
    ASSERT_TRUE(one.step());
    ASSERT_EQ(one.integer(0), static_cast<std::int64_t>(i));
  }
  EXPECT_EQ(connection->prepared(), kStatementsMost);
  ASSERT_TRUE(rows.step());
  EXPECT_EQ(rows.integer(0), 2);
  EXPECT_FALSE(connection->failed());
}

TEST_F(SqliteConnectionTest, an_empty_text_is_no_null) {
  connection->run("CREATE TABLE t(a TEXT NOT NULL)");
  connection->prepare("INSERT INTO t VALUES(?)").bind(std::string_view{}).run();
  EXPECT_FALSE(connection->failed()) << connection->error();
}

TEST_F(SqliteConnectionTest, the_first_failure_sticks_and_stops_what_follows) {
  connection->run("CREATE TABLE t(a UNIQUE)");
  connection->prepare("INSERT INTO t VALUES(1)").run();
  connection->prepare("INSERT INTO t VALUES(1)").run();
  EXPECT_TRUE(connection->failed());
  EXPECT_NE(connection->error().find("UNIQUE"), std::string::npos);
  connection->prepare("INSERT INTO t VALUES(2)").run();
  connection->clear_error();
  EXPECT_EQ(connection->question("SELECT count(*) FROM t"), "1");
}

TEST_F(SqliteConnectionTest, wrong_sql_is_a_failure_and_not_a_crash) {
  EXPECT_FALSE(connection->prepare("SELEKT").step());
  EXPECT_TRUE(connection->failed());
  connection->clear_error();
  EXPECT_FALSE(connection->question("SELECT nothing FROM nowhere").has_value());
}

TEST_F(SqliteConnectionTest, the_same_text_can_be_stepped_inside_itself) {
  connection->run("CREATE TABLE t(a); INSERT INTO t VALUES(1),(2),(3)");
  int pairs = 0;
  Statement outer = connection->prepare("SELECT a FROM t");
  while (outer.step()) {
    Statement inner = connection->prepare("SELECT a FROM t");
    while (inner.step()) ++pairs;
  }
  EXPECT_EQ(pairs, 9);
}

TEST_F(SqliteConnectionTest, a_reader_cannot_write) {
  connection->run("CREATE TABLE t(a)");
  auto reader = Connection::open(path, Connection::Mode::read_only).value();
  reader->run("INSERT INTO t VALUES(1)");
  EXPECT_TRUE(reader->failed());
}

TEST_F(SqliteConnectionTest, opening_refuses_with_the_path_in_the_sentence) {
  const auto missing = Connection::open((folder.path() / "no/such.db").string(), Connection::Mode::read_write);
  ASSERT_FALSE(missing.has_value());
  EXPECT_NE(missing.error().message.find("such.db"), std::string::npos);
  EXPECT_FALSE(Connection::open((folder.path() / "absent.db").string(), Connection::Mode::read_only).has_value());
}

TEST_F(SqliteConnectionTest, a_copy_holds_the_rows_and_never_overwrites) {
  connection->run("CREATE TABLE t(a); INSERT INTO t VALUES(7)");
  const std::string copy = (folder.path() / "copy.db").string();
  ASSERT_TRUE(copy_database(*connection, copy).has_value());
  EXPECT_EQ(Connection::open(copy, Connection::Mode::read_only).value()->question("SELECT a FROM t"), "7");
  const auto again = copy_database(*connection, copy);
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code, domain::ErrorCode::invalid_value);
}

}  // namespace
}  // namespace hazard::store
