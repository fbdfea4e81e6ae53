// A process that writes is killed again and again: the database must stay whole, and hold everything it had acknowledged.
// HAZARD_CRASHES=100 for the long form.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <random>

#include "support/hazards.hpp"
#include "support/temp_store.hpp"

namespace hazard::store {
namespace {

// Each job puts a hazard with one sighting and one line of history; its number goes into the pipe once it is acknowledged.
[[noreturn]] void write_for_ever(const SqliteOptions& options, std::uint32_t first, int pipe_end) {
  auto store = open_sqlite_store(options);
  if (!store) ::_exit(3);
  for (std::uint32_t number = first;; ++number) {
    Job job;
    job.work = [number](Transaction& transaction) {
      domain::Hazard hazard = test::sample_hazard(number, {52 + number * 1e-5, 13});
      transaction.put(hazard);
      domain::Sighting sighting = test::sample_sighting(number);
      sighting.hazard_id = hazard.id;
      transaction.put(sighting);
      transaction.append(domain::HistoryEntry{.hazard_id = hazard.id, .actor = "system", .action = "created"});
      return true;
    };
    job.done = [number, pipe_end](bool kept) {
      if (kept && ::write(pipe_end, &number, sizeof number) != sizeof number) ::_exit(4);
    };
    while (!(*store)->submit(job)) (*store)->drain();
  }
}

int crashes() {
  const char* text = std::getenv("HAZARD_CRASHES");
  return text == nullptr ? 6 : std::max(1, std::atoi(text));
}

// Reads acknowledgements until `enough`, kills the writer, and reads what had been sent before.
std::uint32_t kill_after(pid_t child, int pipe_end, std::uint32_t enough) {
  std::uint32_t last = 0;
  std::uint32_t number = 0;
  std::uint32_t count = 0;
  while (::read(pipe_end, &number, sizeof number) == sizeof number) {
    last = number;
    if (++count == enough) ::kill(child, SIGKILL);
  }
  return last;
}

TEST(StoreCrash, a_killed_writer_leaves_a_whole_database_with_all_it_acknowledged) {
  test::TempFolder folder;
  SqliteOptions options;
  options.path = folder.path() / "hazards.db";
  std::mt19937 random(7);
  std::uint32_t next = 1;
  std::uint32_t acknowledged = 0;
  for (int crash = 0; crash < crashes(); ++crash) {
    options.durability = crash % 2 == 0 ? Durability::full : Durability::normal;
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      write_for_ever(options, next, ends[1]);
    }
    ::close(ends[1]);
    const std::uint32_t last = kill_after(child, ends[0], 1 + random() % 1500);
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself with " << WEXITSTATUS(status);
    ASSERT_GE(last, next);
    acknowledged += last - next + 1;

    SqliteOptions reopen = options;
    reopen.start_check = StartCheck::full;
    auto store = open_sqlite_store(reopen);
    ASSERT_TRUE(store.has_value()) << store.error().message;
    Reads& reads = (*store)->reads();
    for (std::uint32_t number = next; number <= last; ++number) {
      const std::string id = test::uuid(number);
      ASSERT_TRUE(reads.hazard(id).has_value()) << "lost " << number << " in crash " << crash;
      ASSERT_EQ(reads.sightings_of(id).size(), 1U);
      ASSERT_EQ(reads.history_of(id).size(), 1U);
    }
    // Jobs are whole: what was written beyond the acknowledged is there with all its parts.
    next = last + 1;
    while (reads.hazard(test::uuid(next)).has_value()) {
      ASSERT_EQ(reads.sightings_of(test::uuid(next)).size(), 1U);
      ++next;
    }
    ASSERT_EQ(reads.hazards({.limit = 1}).total, static_cast<std::int64_t>(next - 1));
  }
  RecordProperty("acknowledged", static_cast<int>(acknowledged));
  std::printf("%d crashes, %u acknowledged jobs, none lost\n", crashes(), acknowledged);
}

}  // namespace
}  // namespace hazard::store
