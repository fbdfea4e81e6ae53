#include "store/sqlite_outbox.hpp"

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

struct SqliteOutboxTest : testing::Test {
  SqliteOutboxTest() { EXPECT_TRUE(migrate(*connection).has_value()); }
  ~SqliteOutboxTest() override { EXPECT_FALSE(connection->failed()) << connection->error(); }

  static OutboxRecord record(unsigned number, int second, const std::string& target = "a") {
    OutboxRecord made;
    made.event_id = test::uuid(number);
    made.target = target;
    made.type = "hazard.created";
    made.hazard_id = test::uuid(1000 + number);
    made.created_at = made.due_at = test::at_second(second);
    made.body = "{}";
    return made;
  }
  void add(unsigned number, int second, const std::string& target = "a") {
    append_outbox(*connection, record(number, second, target));
  }
  std::vector<std::int64_t> due(int second, const std::string& target = "a", std::size_t most = 100) {
    std::vector<std::int64_t> numbers;
    for (const auto& row : find_due(*connection, target, test::at_second(second), most)) numbers.push_back(row.number);
    return numbers;
  }
  std::int64_t count(const std::string& target, OutboxState state) {
    for (const auto& each : count_outbox(*connection)) {
      if (each.target == target && each.state == state) return each.rows;
    }
    return 0;
  }
  std::int64_t rows(OutboxState state) { return list_outbox(*connection, {.state = state, .target = {}}).total; }

  test::TempFolder folder;
  std::unique_ptr<Connection> connection =
      Connection::open((folder.path() / "a.db").string(), Connection::Mode::read_write).value();
};

TEST_F(SqliteOutboxTest, every_field_reads_back_after_an_update) {
  add(1, 10);
  OutboxRecord row = *find_outbox_row(*connection, 1);
  EXPECT_EQ(row.event_id, test::uuid(1));
  EXPECT_EQ(row.type, "hazard.created");
  EXPECT_EQ(row.created_at, test::at_second(10));
  EXPECT_FALSE(row.ended_at.has_value());
  row.state = OutboxState::dead;
  row.due_at = test::at_second(20);
  row.attempts = 3;
  row.status = 500;
  row.error = "It answered 500.";
  row.receipt = "293944";
  row.ended_at = test::at_second(21);
  row.body = "";
  update_outbox(*connection, row);
  const OutboxRecord read = *find_outbox_row(*connection, 1);
  EXPECT_EQ(read.event_id, test::uuid(1));
  EXPECT_EQ(read.state, OutboxState::dead);
  EXPECT_EQ(read.due_at, test::at_second(20));
  EXPECT_EQ(read.attempts, 3);
  EXPECT_EQ(read.status, 500);
  EXPECT_EQ(read.error, "It answered 500.");
  EXPECT_EQ(read.receipt, "293944");
  EXPECT_EQ(read.ended_at, test::at_second(21));
  EXPECT_EQ(read.body, "");
  EXPECT_FALSE(find_outbox_row(*connection, 2).has_value());
}

TEST_F(SqliteOutboxTest, due_is_what_waits_for_the_target_and_has_come_of_age) {
  add(1, 30);
  add(2, 10);
  add(3, 20, "b");
  add(4, 11);
  EXPECT_THAT(due(9), IsEmpty());
  EXPECT_THAT(due(10), ElementsAre(2));
  EXPECT_THAT(due(30), ElementsAre(2, 4, 1));
  EXPECT_THAT(due(30, "a", 1), ElementsAre(2));
  EXPECT_THAT(due(30, "b"), ElementsAre(3));
  EXPECT_EQ(find_next_due(*connection, "a"), test::at_second(10));
  EXPECT_EQ(find_next_due(*connection, "nobody"), std::nullopt);
  OutboxRecord dead = *find_outbox_row(*connection, 2);
  dead.state = OutboxState::dead;
  update_outbox(*connection, dead);
  EXPECT_THAT(due(30), ElementsAre(4, 1));
}

TEST_F(SqliteOutboxTest, an_event_is_kept_once_for_each_target) {
  add(1, 10, "a");
  add(1, 10, "b");
  EXPECT_FALSE(connection->failed());
  add(1, 10, "a");
  EXPECT_TRUE(connection->failed());
  connection->clear_error();
}

TEST_F(SqliteOutboxTest, counts_follow_every_change) {
  add(1, 10);
  add(2, 10);
  add(3, 10, "b");
  EXPECT_EQ(count("a", OutboxState::waiting), 2);
  OutboxRecord row = *find_outbox_row(*connection, 1);
  row.state = OutboxState::delivered;
  update_outbox(*connection, row);
  EXPECT_EQ(count("a", OutboxState::waiting), 1);
  EXPECT_EQ(count("a", OutboxState::delivered), 1);
  row.attempts = 7;
  update_outbox(*connection, row);
  EXPECT_EQ(count("a", OutboxState::delivered), 1);
  erase_outbox_row(*connection, 1);
  erase_outbox_row(*connection, 99);
  EXPECT_EQ(count("a", OutboxState::delivered), 0);
  EXPECT_EQ(count("b", OutboxState::waiting), 1);
}

TEST_F(SqliteOutboxTest, a_list_is_paged_newest_first_and_filtered) {
  for (unsigned i = 1; i <= 5; ++i) add(i, 10, i == 3 ? "b" : "a");
  const auto page = list_outbox(*connection, {.state = OutboxState::waiting, .target = "a", .offset = 1, .limit = 2});
  EXPECT_EQ(page.total, 4);
  ASSERT_THAT(page.items, SizeIs(2));
  EXPECT_EQ(page.items[0].number, 4);
  EXPECT_EQ(page.items[1].number, 2);
  EXPECT_EQ(list_outbox(*connection, {.state = OutboxState::waiting, .target = {}}).total, 5);
  EXPECT_THAT(list_outbox(*connection, {.state = OutboxState::dead, .target = {}}).items, IsEmpty());
}

TEST_F(SqliteOutboxTest, rows_of_a_hazard_are_found_by_target) {
  add(1, 10);
  EXPECT_THAT(find_outbox_rows(*connection, "a", test::uuid(1001)), SizeIs(1));
  EXPECT_THAT(find_outbox_rows(*connection, "b", test::uuid(1001)), IsEmpty());
  EXPECT_THAT(find_outbox_rows(*connection, "a", test::uuid(1002)), IsEmpty());
}

TEST_F(SqliteOutboxTest, what_is_within_the_bounds_stays) {
  for (unsigned i = 1; i <= 3; ++i) add(i, 10 + static_cast<int>(i));
  const auto trimmed =
      trim_outbox_rows(*connection, "a", {.waiting_most = 3, .waiting_since = test::at_second(11)}, test::at_second(100), "why");
  EXPECT_EQ(trimmed.given_up, 0);
  EXPECT_EQ(trimmed.forgotten, 0);
  EXPECT_EQ(rows(OutboxState::waiting), 3);
}

TEST_F(SqliteOutboxTest, the_oldest_beyond_the_bound_are_given_up_with_the_reason) {
  for (unsigned i = 1; i <= 4; ++i) add(i, 10);
  add(9, 10, "b");
  const auto trimmed = trim_outbox_rows(*connection, "a", {.waiting_most = 3}, test::at_second(100), "Too many wait.");
  EXPECT_EQ(trimmed.given_up, 1);
  const OutboxRecord oldest = *find_outbox_row(*connection, 1);
  EXPECT_EQ(oldest.state, OutboxState::dead);
  EXPECT_EQ(oldest.error, "Too many wait.");
  EXPECT_EQ(oldest.ended_at, test::at_second(100));
  EXPECT_EQ(count("a", OutboxState::waiting), 3);
  EXPECT_EQ(count("a", OutboxState::dead), 1);
  EXPECT_EQ(count("b", OutboxState::waiting), 1);
}

TEST_F(SqliteOutboxTest, what_waits_too_long_is_given_up) {
  add(1, 10);
  add(2, 11);
  const auto trimmed =
      trim_outbox_rows(*connection, "a", {.waiting_since = test::at_second(11)}, test::at_second(100), "Too old.");
  EXPECT_EQ(trimmed.given_up, 1);
  EXPECT_EQ(find_outbox_row(*connection, 1)->state, OutboxState::dead);
  EXPECT_EQ(find_outbox_row(*connection, 2)->state, OutboxState::waiting);
}

TEST_F(SqliteOutboxTest, dead_letters_are_forgotten_by_age_and_by_number) {
  for (unsigned i = 1; i <= 5; ++i) {
    add(i, 10);
    OutboxRecord row = *find_outbox_row(*connection, i);
    row.state = OutboxState::dead;
    row.ended_at = test::at_second(static_cast<int>(i));
    update_outbox(*connection, row);
  }
  auto trimmed = trim_outbox_rows(*connection, "a", {.dead_most = 5, .dead_since = test::at_second(2)}, test::at_second(100), "");
  EXPECT_EQ(trimmed.forgotten, 1);
  trimmed = trim_outbox_rows(*connection, "a", {.dead_most = 4}, test::at_second(100), "");
  EXPECT_EQ(trimmed.forgotten, 0);
  trimmed = trim_outbox_rows(*connection, "a", {.dead_most = 3}, test::at_second(100), "");
  EXPECT_EQ(trimmed.forgotten, 1);
  EXPECT_FALSE(find_outbox_row(*connection, 2).has_value());
  EXPECT_EQ(rows(OutboxState::dead), 3);
}

TEST_F(SqliteOutboxTest, what_waits_for_an_unknown_target_is_given_up) {
  add(1, 10, "a");
  add(2, 10, "b");
  add(3, 10, "c");
  const std::vector<std::string> known{"a", "c"};
  EXPECT_EQ(abandon_outbox(*connection, known, test::at_second(50), "Nobody is there."), 1);
  EXPECT_EQ(find_outbox_row(*connection, 2)->error, "Nobody is there.");
  EXPECT_EQ(abandon_outbox(*connection, {}, test::at_second(50), ""), 2);
}

TEST_F(SqliteOutboxTest, dead_letters_of_a_target_wait_again_as_if_new) {
  add(1, 10);
  add(2, 10, "b");
  abandon_outbox(*connection, {}, test::at_second(50), "why");
  EXPECT_EQ(revive_outbox(*connection, "a", test::at_second(60)), 1);
  const OutboxRecord row = *find_outbox_row(*connection, 1);
  EXPECT_EQ(row.state, OutboxState::waiting);
  EXPECT_EQ(row.attempts, 0);
  EXPECT_EQ(row.due_at, test::at_second(60));
  EXPECT_FALSE(row.ended_at.has_value());
  EXPECT_EQ(revive_outbox(*connection, "a", test::at_second(60)), 0);
  EXPECT_EQ(count("b", OutboxState::dead), 1);
}

}  // namespace
}  // namespace hazard::store
