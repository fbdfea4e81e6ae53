// The default store: one SQLite file in WAL mode, one writing connection on the writer's thread, one reading connection for everybody
// else. app makes it at the start; see docs/decisions/0008-sqlite-keeps-hazards.md.
#pragma once

#include <filesystem>

#include "store/store.hpp"

namespace hazard::store {

// How much a commit waits for. In both, a killed process loses nothing that was acknowledged; they differ when power fails.
enum class Durability : std::uint8_t {
  full,    // acknowledged after the log is on the disk
  normal,  // the last moments before a loss of power may be lost; the database stays whole
};

enum class StartCheck : std::uint8_t {
  quick,  // every page and row is read
  full,   // and every index compared with its table
  none,
};

struct SqliteOptions {
  std::filesystem::path path;  // of the database; its folder is made, for the owner only, when missing
  Durability durability = Durability::full;
  StartCheck start_check = StartCheck::quick;
  std::size_t queue_most = 4096;  // jobs; two seconds of the fastest stream of sightings that was measured
  std::size_t batch_most = 512;   // jobs a commit: they share the wait for the disk
};

// Refused (internal) with a sentence that says what to do: not openable, damaged, made by a newer program.
domain::Result<std::unique_ptr<Store>> open_sqlite_store(const SqliteOptions& options);

// A copy of the database at `path` into the new file `into`, while another process may be using it: `hazardstream backup`.
domain::Result<void> backup_sqlite(const std::filesystem::path& path, const std::filesystem::path& into);

// What the check at the start does, on its own: for backups and tests.
domain::Result<void> check_sqlite(const std::filesystem::path& path, StartCheck check);

}  // namespace hazard::store
