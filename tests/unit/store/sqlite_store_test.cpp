#include "store/sqlite_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <limits>
#include <sstream>

#include "store/sqlite_connection.hpp"
#include "support/hazards.hpp"
#include "support/temp_store.hpp"

namespace hazard::store {
namespace {

using test::uuid;

// The bytes of every file below the folder, as one text.
std::string all_bytes(const std::filesystem::path& folder) {
  std::ostringstream text;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
  }
  return text.str();
}

TEST(SqliteStore, keeps_what_was_acknowledged_over_a_restart) {
  test::TempStore store;
  EXPECT_TRUE(store.run([](Transaction& transaction) { transaction.put(test::sample_hazard(1)); }));
  store.close();
  store.open();
  EXPECT_TRUE(store->reads().hazard(uuid(1)).has_value());
}

TEST(SqliteStore, a_job_that_changes_its_mind_is_undone_and_its_neighbours_are_kept) {
  test::TempStore store;
  std::vector<bool> kept;
  for (unsigned i = 1; i <= 3; ++i) {
    store->submit({.work =
                       [i](Transaction& transaction) {
                         transaction.put(test::sample_hazard(i));
                         return i != 2;
                       },
                   .done = [&](bool yes) { kept.push_back(yes); }});
  }
  store->drain();
  EXPECT_EQ(kept, (std::vector<bool>{true, false, true}));
  EXPECT_FALSE(store->reads().hazard(uuid(2)).has_value());
  EXPECT_TRUE(store->reads().hazard(uuid(3)).has_value());
  EXPECT_EQ(store->metrics().jobs_undone.value(), 1U);
  EXPECT_FALSE(store->degraded());
}

TEST(SqliteStore, a_job_that_fails_is_not_acknowledged_and_its_neighbours_are_kept) {
  test::TempStore store;
  std::vector<bool> kept;
  for (unsigned i = 1; i <= 3; ++i) {
    store->submit({.work =
                       [i](Transaction& transaction) {
                         transaction.put(test::sample_hazard(i));
                         domain::Sighting sighting = test::sample_sighting(10 + i);
                         // Not a number becomes NULL in SQLite, which the column refuses.
                         if (i == 2) sighting.best.confidence = std::numeric_limits<float>::quiet_NaN();
                         transaction.put(sighting);
                         transaction.put(test::sample_hazard(20 + i));
                         return true;
                       },
                   .done = [&](bool yes) { kept.push_back(yes); }});
  }
  store->drain();
  EXPECT_EQ(kept, (std::vector<bool>{true, false, true}));
  EXPECT_FALSE(store->reads().hazard(uuid(2)).has_value());
  EXPECT_FALSE(store->reads().hazard(uuid(22)).has_value());
  EXPECT_TRUE(store->reads().hazard(uuid(23)).has_value());
  EXPECT_EQ(store->metrics().jobs_failed.value(), 1U);
  EXPECT_EQ(store->metrics().jobs_kept.value(), 2U);
}

TEST(SqliteStore, a_transaction_sees_what_its_job_changed_and_readers_only_what_was_committed) {
  test::TempStore store;
  bool inside = false;
  bool outside = true;
  EXPECT_TRUE(store.run([&](Transaction& transaction) {
    transaction.put(test::sample_hazard(1));
    inside = transaction.hazard(uuid(1)).has_value();
    outside = store->reads().hazard(uuid(1)).has_value();
  }));
  EXPECT_TRUE(inside);
  EXPECT_FALSE(outside);
  EXPECT_TRUE(store->reads().hazard(uuid(1)).has_value());
}

TEST(SqliteStore, is_degraded_from_a_refused_job_until_the_next_commit) {
  test::TempFolder folder;
  auto store = open_sqlite_store({.path = folder.path() / "a.db", .queue_most = 1, .batch_most = 1}).value();
  bool refused = false;
  store->submit({.work =
                     [&](Transaction&) {
                       store->submit({.work = [](Transaction&) { return true; }, .done = {}});
                       refused = !store->submit({.work = [](Transaction&) { return true; }, .done = {}});
                       return true;
                     },
                 .done = {}});
  store->drain();
  EXPECT_TRUE(refused);
  EXPECT_FALSE(store->degraded());
  EXPECT_EQ(store->metrics().jobs_refused.value(), 1U);
}

TEST(SqliteStore, what_was_erased_is_in_no_file_any_more) {
  test::TempStore store;
  const std::string secret = "client-who-wants-to-be-forgotten-4711";
  store.run([&](Transaction& transaction) {
    for (unsigned i = 1; i <= 200; ++i) {
      domain::Sighting sighting = test::sample_sighting(i);
      sighting.client_key = secret;
      transaction.put(sighting);
    }
    transaction.put(SessionRecord{.id = "s", .client_key = secret, .body = secret});
  });
  ASSERT_NE(all_bytes(store.folder()).find(secret), std::string::npos);
  store.run([&](Transaction& transaction) {
    for (unsigned i = 1; i <= 200; ++i) transaction.erase_sighting(uuid(i));
    transaction.erase_client(secret);
  });
  ASSERT_TRUE(store->scrub().has_value());
  EXPECT_EQ(all_bytes(store.folder()).find(secret), std::string::npos);
}

TEST(SqliteStore, while_another_process_reads_the_log_is_not_emptied_and_nobody_waits_long_for_it) {
  test::TempStore store;
  store.run([](Transaction& transaction) { transaction.put(test::sample_hazard(1)); });
  auto other = Connection::open(store.options().path.string(), Connection::Mode::read_only).value();
  other->run("BEGIN");
  EXPECT_EQ(other->question("SELECT count(*) FROM hazards"), "1");
  store.run([](Transaction& transaction) { transaction.put(test::sample_hazard(2)); });
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_FALSE(store->scrub().has_value());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, kBusyWait) << "much shorter than writers may wait for others";
  EXPECT_TRUE(store->reads().hazard(uuid(2)).has_value());
  EXPECT_TRUE(store.run([](Transaction& transaction) { transaction.put(test::sample_hazard(3)); })) << "writing goes on";
  other->run("COMMIT");
  EXPECT_TRUE(store->scrub().has_value());
  EXPECT_EQ(std::filesystem::file_size(store.options().path.string() + "-wal"), 0U);
}

TEST(SqliteStore, a_backup_is_whole_and_of_one_moment_while_the_store_is_written) {
  test::TempStore store;
  store.run([](Transaction& transaction) {
    for (unsigned i = 1; i <= 500; ++i) transaction.put(test::sample_hazard(i));
  });
  for (unsigned i = 501; i <= 600; ++i) {
    store->submit({.work =
                       [i](Transaction& transaction) {
                         transaction.put(test::sample_hazard(i));
                         return true;
                       },
                   .done = {}});
  }
  const std::filesystem::path copy = store.folder() / "backup.db";
  ASSERT_TRUE(store->backup(copy.string()).has_value());
  EXPECT_TRUE(check_sqlite(copy, StartCheck::full).has_value());
  auto restored = open_sqlite_store({.path = copy}).value();
  EXPECT_GE(restored->reads().hazards({}).total, 500);
  EXPECT_FALSE(store->backup(copy.string()).has_value());  // never over an older one
  EXPECT_FALSE(backup_sqlite(store.folder() / "none.db", store.folder() / "b.db").has_value());
}

TEST(SqliteStore, a_damaged_database_is_refused_with_what_to_do) {
  test::TempStore store;
  store.run([](Transaction& transaction) {
    for (unsigned i = 1; i <= 500; ++i) transaction.put(test::sample_hazard(i));
  });
  const std::filesystem::path path = store.options().path;
  store.close();
  {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(8192);
    file << std::string(8192, '\x5A');
  }
  const auto refused = open_sqlite_store({.path = path});
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("backup"), std::string::npos);
}

TEST(SqliteStore, a_file_that_is_no_database_or_a_folder_is_refused) {
  test::TempFolder folder;
  std::ofstream(folder.path() / "notes.db") << std::string(5000, 'n');
  EXPECT_FALSE(open_sqlite_store({.path = folder.path() / "notes.db"}).has_value());
  EXPECT_FALSE(open_sqlite_store({.path = folder.path()}).has_value());
  EXPECT_FALSE(check_sqlite(folder.path() / "absent.db", StartCheck::quick).has_value());
}

TEST(SqliteStore, makes_its_folder_for_the_owner_only) {
  test::TempFolder folder;
  open_sqlite_store({.path = folder.path() / "data" / "a.db"}).value();
  EXPECT_EQ(std::filesystem::status(folder.path() / "data").permissions(), std::filesystem::perms::owner_all);
}

// What the witness writes shares the fate of the job it saw.
struct SqliteStoreWitness : testing::Test {
  SqliteStoreWitness() {
    store->watch({.touched =
                      [this](Transaction& transaction, const Touched& touched) {
                        for (const auto& entry : touched.history) tell(transaction, entry.hazard_id);
                        for (const auto& id : touched.seen) seen.push_back(id);
                        for (const auto& id : touched.erased) erased.push_back(id);
                      },
                  .committed = [this] { ++commits; }});
  }
  void tell(Transaction& transaction, const std::string& hazard_id) {
    OutboxRecord record;
    record.event_id = test::uuid(++events);
    record.target = "a";
    record.hazard_id = hazard_id;
    transaction.append(record);
  }
  bool submit(std::function<bool(Transaction&)> work) {
    bool kept = false;
    store->submit({.work = std::move(work), .done = [&kept](bool yes) { kept = yes; }});
    store->drain();
    return kept;
  }
  std::int64_t waiting() { return store->reads().outbox({.state = OutboxState::waiting, .target = {}}).total; }
  static void change(Transaction& transaction, unsigned number) {
    transaction.append(domain::HistoryEntry{.hazard_id = test::uuid(number), .actor = "system", .action = "created"});
  }

  unsigned events = 0;
  int commits = 0;
  std::vector<std::string> seen;
  std::vector<std::string> erased;
  test::TempStore store;
};

TEST_F(SqliteStoreWitness, what_it_writes_is_kept_with_the_job_and_is_there_after_a_restart) {
  EXPECT_TRUE(submit([](Transaction& transaction) {
    change(transaction, 1);
    return true;
  }));
  EXPECT_EQ(waiting(), 1);
  EXPECT_EQ(commits, 1);
  store.close();
  store.open();
  const auto due = store->reads().outbox_due("a", test::at_second(1), 10);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].event_id, test::uuid(1));
}

TEST_F(SqliteStoreWitness, is_not_told_of_a_job_that_undid_itself_or_touched_no_hazard) {
  EXPECT_FALSE(submit([](Transaction& transaction) {
    change(transaction, 1);
    return false;
  }));
  EXPECT_TRUE(submit([](Transaction& transaction) {
    transaction.erase_report("none");
    return true;
  }));
  EXPECT_EQ(events, 0U);
  EXPECT_EQ(commits, 0);
  EXPECT_EQ(waiting(), 0);
}

TEST_F(SqliteStoreWitness, a_message_that_cannot_be_kept_undoes_the_job) {
  EXPECT_TRUE(submit([](Transaction& transaction) {
    change(transaction, 1);
    return true;
  }));
  events = 0;  // the same event again: the database refuses it
  EXPECT_FALSE(submit([](Transaction& transaction) {
    transaction.put(test::sample_hazard(2));
    change(transaction, 2);
    return true;
  }));
  EXPECT_FALSE(store->reads().hazard(test::uuid(2)).has_value());
  EXPECT_EQ(waiting(), 1);
}

TEST_F(SqliteStoreWitness, hears_of_new_passes_and_of_what_was_erased_and_erasing_takes_the_messages_along) {
  submit([](Transaction& transaction) {
    change(transaction, 1);
    domain::Sighting sighting = test::sample_sighting(7);
    transaction.put(sighting);
    sighting.id = test::uuid(8);
    sighting.new_pass = false;
    transaction.put(sighting);
    return true;
  });
  EXPECT_EQ(seen, std::vector{test::uuid(1)});
  EXPECT_EQ(waiting(), 1);
  submit([](Transaction& transaction) {
    transaction.erase_hazard(test::uuid(1));
    return true;
  });
  EXPECT_EQ(erased, std::vector{test::uuid(1)});
  EXPECT_EQ(waiting(), 0);
}

TEST_F(SqliteStoreWitness, nobody_is_told_once_it_is_gone) {
  store->watch({});
  EXPECT_TRUE(submit([](Transaction& transaction) {
    change(transaction, 1);
    return true;
  }));
  EXPECT_EQ(events, 0U);
}

}  // namespace
}  // namespace hazard::store
