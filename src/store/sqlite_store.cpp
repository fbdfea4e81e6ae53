#include "store/sqlite_store.hpp"

#include <atomic>
#include <utility>

#include "base/log.hpp"
#include "store/job_writer.hpp"
#include "store/sqlite_schema.hpp"
#include "store/sqlite_transaction.hpp"

namespace hazard::store {
namespace {

using domain::ErrorCode;

// For readers of the log that is to be emptied: longer than questions of ours take, short enough for the jobs behind it.
constexpr std::chrono::milliseconds kScrubWait{500};

// Writes all pages back and leaves a log without bytes; false while somebody reads it. Readers of this process need not be kept out:
// once the first statement has written the pages back, whoever begins to read no longer uses the log.
bool empty_log(Connection& connection) {
  connection.clear_error();
  connection.question("PRAGMA wal_checkpoint(PASSIVE)");
  connection.wait_at_most(kScrubWait);
  // The answer's first column is 1 when a reader kept the log from being emptied.
  const bool empty = connection.question("PRAGMA wal_checkpoint(TRUNCATE)") == "0";
  connection.wait_at_most(kBusyWait);
  connection.clear_error();  // the answer says it; the next batch must not inherit it
  return empty;
}

domain::Result<void> check(Connection& connection, const std::string& path, StartCheck kind) {
  if (kind == StartCheck::none) return {};
  const auto answer = connection.question(kind == StartCheck::full ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)");
  if (answer == "ok") return {};
  const std::string why = answer ? *answer : connection.error();
  return domain::refuse(ErrorCode::internal, "The database " + path + " is damaged (" + why +
                                                 "): move it away with its -wal and -shm files and put a backup in its place.");
}

class SqliteStore final : public Store {
 public:
  SqliteStore(const SqliteOptions& options, std::unique_ptr<Connection> writing, std::unique_ptr<Connection> reading)
      : path_(options.path.string()),
        writing_(std::move(writing)),
        reading_(std::move(reading)),
        reads_(*reading_, &reading_mutex_),
        writer_(options.queue_most, options.batch_most, metrics_, [this](std::vector<Job>& jobs) { run_batch(jobs); }) {}

  Reads& reads() override { return reads_; }

  bool submit(Job job) override {
    if (writer_.submit(std::move(job))) return true;
    degraded_ = true;
    return false;
  }

  void watch(Witness witness) override {
    writer_.call([&] { witness_ = std::move(witness); });
  }

  void drain() override {
    writer_.call([] {});
  }

  bool degraded() const override { return degraded_; }

  domain::Result<void> backup(const std::string& path) override { return backup_sqlite(path_, path); }

  domain::Result<void> scrub() override {
    domain::Result<void> result;
    writer_.call([&] { result = scrub_now(); });
    return result;
  }

  void scrub_soon(std::function<void(const domain::Result<void>&)> done) override {
    const auto shared = std::make_shared<std::function<void(const domain::Result<void>&)>>(std::move(done));
    if (!writer_.post([this, shared] { (*shared)(scrub_now()); }))
      (*shared)(domain::refuse(ErrorCode::internal, "The store is closing."));
  }

  const StoreMetrics& metrics() const override { return metrics_; }

 private:
  // On the writer's thread. Another process may read for as long as it likes, so it is waited for only briefly: whoever asked asks again.
  domain::Result<void> scrub_now() {
    if (empty_log(*writing_)) return {};
    return domain::refuse(ErrorCode::internal, "The write-ahead log could not be emptied: another process reads it.");
  }

  enum class Fate : std::uint8_t { kept, undone, failed };

  // `told` becomes true when the witness was told something.
  Fate run_job(Job& job, bool& told) {
    SqliteTransaction transaction(*writing_);
    writing_->run("SAVEPOINT job");
    const bool wish = job.work(transaction);
    if (wish && !writing_->failed() && witness_.touched && !transaction.touched().empty()) {
      witness_.touched(transaction, transaction.touched());
      told = true;
    }
    if (!writing_->failed() && wish) writing_->run("RELEASE job");
    if (!writing_->failed() && wish) return Fate::kept;
    const bool failed = writing_->failed();
    if (failed) {
      base::log::warn("store_job_failed", "A change could not be kept.", {{"why", writing_->error()}});
      writing_->clear_error();
    }
    if (!writing_->lost_transaction()) writing_->run("ROLLBACK TO job; RELEASE job");
    return failed || writing_->failed() ? Fate::failed : Fate::undone;
  }

  void run_batch(std::vector<Job>& jobs) {
    const base::SteadyTime begun = clock_.now();
    writing_->clear_error();
    writing_->run("BEGIN IMMEDIATE");
    std::vector<Fate> fates(jobs.size(), Fate::failed);
    bool told = false;
    for (std::size_t i = 0; i < jobs.size() && !writing_->failed() && !writing_->lost_transaction(); ++i) {
      fates[i] = run_job(jobs[i], told);
    }
    // SQLite may have rolled everything back by itself; then there is nothing to commit, and the jobs before are gone too.
    if (!writing_->failed() && writing_->lost_transaction()) writing_->fail_with("the transaction was rolled back");
    writing_->run("COMMIT");
    const bool committed = !writing_->failed();
    if (committed) {
      metrics_.commits.add();
      degraded_ = false;
    } else {
      metrics_.commit_failures.add();
      degraded_ = true;
      base::log::error("store_commit_failed", "The database took nothing of a batch.",
                       {{"why", writing_->error()}, {"jobs", jobs.size()}});
      writing_->clear_error();
      if (!writing_->lost_transaction()) writing_->run("ROLLBACK");
    }
    metrics_.commit_time.observe(clock_.now() - begun);
    for (std::size_t i = 0; i < jobs.size(); ++i) tell(jobs[i], committed ? fates[i] : Fate::failed);
    if (committed && told && witness_.committed) witness_.committed();
  }

  void tell(const Job& job, Fate fate) {
    switch (fate) {
      case Fate::kept: metrics_.jobs_kept.add(); break;
      case Fate::undone: metrics_.jobs_undone.add(); break;
      case Fate::failed: metrics_.jobs_failed.add(); break;
    }
    if (job.done) job.done(fate == Fate::kept);
  }

  const std::string path_;
  base::RealClock clock_;
  StoreMetrics metrics_;
  std::atomic<bool> degraded_{false};
  std::unique_ptr<Connection> writing_;
  std::unique_ptr<Connection> reading_;
  std::mutex reading_mutex_;
  QueriesOver<Reads> reads_;
  Witness witness_;   // the writer's thread only
  JobWriter writer_;  // last: its thread ends before the connections close
};

void make_folder(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.parent_path();
  std::error_code ignored;  // what went wrong shows when the file cannot be opened
  if (folder.empty() || !std::filesystem::create_directories(folder, ignored)) return;
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
}

}  // namespace

domain::Result<std::unique_ptr<Store>> open_sqlite_store(const SqliteOptions& options) {
  make_folder(options.path);
  const std::string path = options.path.string();
  auto writing = Connection::open(path, Connection::Mode::read_write);
  if (!writing) return std::unexpected(writing.error());
  Connection& connection = **writing;
  if (auto checked = check(connection, path, options.start_check); !checked) return std::unexpected(checked.error());
  // secure_delete: what a person had erased must not be found in a free page. 16 MiB of cache hold the indexes of 100,000 hazards.
  // A checkpoint every 16 MiB of log instead of 4: pages that change often are written back once.
  connection.run(
      "PRAGMA journal_mode=WAL; PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16384; "
      "PRAGMA wal_autocheckpoint=4000;");
  connection.run(options.durability == Durability::full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
  if (connection.failed()) {
    return domain::refuse(ErrorCode::internal, "Cannot write the database " + path + ": " + connection.error() + ".");
  }
  if (auto migrated = migrate(connection); !migrated) return std::unexpected(migrated.error());
  empty_log(connection);  // what was erased before the last end and could not be scrubbed any more
  auto reading = Connection::open(path, Connection::Mode::read_only);
  if (!reading) return std::unexpected(reading.error());
  (*reading)->run("PRAGMA temp_store=MEMORY; PRAGMA cache_size=-32768;");
  return std::make_unique<SqliteStore>(options, std::move(*writing), std::move(*reading));
}

domain::Result<void> backup_sqlite(const std::filesystem::path& path, const std::filesystem::path& into) {
  auto from = Connection::open(path.string(), Connection::Mode::read_only);
  if (!from) return std::unexpected(from.error());
  return copy_database(**from, into.string());
}

domain::Result<void> check_sqlite(const std::filesystem::path& path, StartCheck kind) {
  auto connection = Connection::open(path.string(), Connection::Mode::read_only);
  if (!connection) return std::unexpected(connection.error());
  return check(**connection, path.string(), kind);
}

}  // namespace hazard::store
