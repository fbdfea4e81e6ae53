// The store of hazards behind three small interfaces. report asks and changes it, serve reads it; sqlite_store.hpp is the default.
//
// Reads:       questions. Any thread; one question at a time is answered, the others wait for it (milliseconds).
// Transaction: questions and changes, inside a job on the writer's thread only; sees what the job itself changed.
// Store:       takes jobs into a bounded queue, runs many of them in one transaction beside the frame path, and calls each job's
//              `done` only after the commit: what was acknowledged is on disk.
//
// Failures of the disk do not interrupt a job: the first one sticks to the Transaction (`failed`), later calls have no effect and
// answer emptily, and the job is rolled back and not acknowledged. So jobs need no error paths of their own.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/metrics.hpp"
#include "domain/error.hpp"
#include "store/outbox.hpp"
#include "store/records.hpp"

namespace hazard::store {

class Reads {
 public:
  virtual ~Reads() = default;

  virtual std::optional<domain::Hazard> hazard(const std::string& id) = 0;
  virtual std::optional<domain::Sighting> sighting(const std::string& id) = 0;
  virtual std::vector<domain::Sighting> sightings_of(const std::string& hazard_id) = 0;    // in order of time
  virtual std::vector<domain::HistoryEntry> history_of(const std::string& hazard_id) = 0;  // in order of time
  virtual std::optional<EvidenceRecord> evidence(const std::string& id) = 0;
  virtual std::vector<EvidenceRecord> evidence_of(const std::string& hazard_id) = 0;
  virtual std::optional<SessionRecord> session(const std::string& id) = 0;
  virtual std::optional<ReportRecord> report(const std::string& id) = 0;

  virtual Page<domain::Hazard> hazards(const HazardFilter& filter) = 0;
  virtual Page<ReportRecord> reports(const ReportFilter& filter) = 0;
  virtual Counts hazard_counts(base::WallTime recent_from) = 0;
  virtual Counts report_counts(base::WallTime recent_from) = 0;
  // The newest `most` lines that touch the span and the bounds, in the order in which they begin.
  virtual std::vector<CoverageRecord> coverage(const std::optional<Bounds>& bounds, base::WallTime from, base::WallTime to,
                                               std::size_t most) = 0;

  // The outbox. What waits for a target and is due, the longest due first; when the next one is due, perhaps in the past.
  virtual std::vector<OutboxRecord> outbox_due(const std::string& target, base::WallTime now, std::size_t most) = 0;
  virtual std::optional<base::WallTime> outbox_next_due(const std::string& target) = 0;
  virtual std::optional<OutboxRecord> outbox_row(std::int64_t number) = 0;
  virtual std::vector<OutboxRecord> outbox_of(const std::string& target, const std::string& hazard_id) = 0;
  virtual Page<OutboxRecord> outbox(const OutboxFilter& filter) = 0;  // the newest first
  virtual std::vector<OutboxCount> outbox_counts() = 0;
};

class Transaction : public Reads {
 public:
  // Hazards of the class whose place is at most `radius_m` away, in any state but merged; the nearest `most`.
  virtual std::vector<domain::Hazard> hazards_near(const std::string& class_name, domain::GeoPoint point, double radius_m,
                                                   std::size_t most) = 0;
  // Hazards of the class without a place that this client saw last, at or after `since`; the newest `most`.
  virtual std::vector<domain::Hazard> placeless_of(const std::string& class_name, const std::string& client_key,
                                                   base::WallTime since, std::size_t most) = 0;
  virtual std::vector<std::string> hazards_seen_by_client(const std::string& client_key) = 0;  // ids
  virtual std::vector<std::string> hazards_seen_in_session(const std::string& session_id) = 0;
  // Pictures that are kept for a client beside those of hazards: ids.
  virtual std::vector<std::string> pictures_hosted_for(const std::string& client_key) = 0;
  virtual std::vector<std::string> streams_of(const std::string& client_key) = 0;  // their sessions
  virtual std::vector<std::string> hazards_merged_into(const std::string& hazard_id) = 0;
  // Without merged ones, which go with the hazard they were merged into.
  virtual std::vector<std::string> hazards_last_seen_before(base::WallTime moment, std::size_t most) = 0;

  // Each replaces what has the same id.
  virtual void put(const domain::Hazard& hazard) = 0;
  virtual void put(const domain::Sighting& sighting) = 0;
  virtual void put(const SessionRecord& session) = 0;
  virtual void put(const StreamRecord& stream) = 0;
  virtual void put(const ReportRecord& report) = 0;
  virtual void put(const EvidenceRecord& evidence) = 0;
  virtual void append(const domain::HistoryEntry& entry) = 0;  // its id is given by the store
  virtual void append(const CoverageRecord& coverage) = 0;

  virtual void erase_hazard(const std::string& id) = 0;  // with its sightings, history, reports and evidence rows
  virtual void erase_sighting(const std::string& id) = 0;
  virtual void erase_evidence(const std::string& id) = 0;
  virtual void erase_session(const std::string& id) = 0;  // its record, reports and coverage; sightings are erased one by one
  virtual void erase_client(const std::string& client_key) = 0;  // the same for all its sessions
  virtual void erase_report(const std::string& id) = 0;
  virtual void erase_older_than(base::WallTime moment) = 0;  // ended or idle sessions, reports without a hazard, coverage

  virtual void append(const OutboxRecord& record) = 0;  // its number is given by the store
  virtual void update(const OutboxRecord& record) = 0;  // by number
  virtual void erase_outbox(std::int64_t number) = 0;
  // Gives up and forgets what is too old or too much; `why` becomes the error of what was given up.
  virtual OutboxTrimmed trim_outbox(const std::string& target, const OutboxBounds& bounds, base::WallTime now,
                                    const std::string& why) = 0;
  // Gives up what waits for other targets than these. Answers how much it was.
  virtual std::int64_t abandon_outbox_except(std::span<const std::string> known, base::WallTime now, const std::string& why) = 0;
  // All dead letters of a target wait again, as if they were new. Answers how many.
  virtual std::int64_t revive_outbox_of(const std::string& target, base::WallTime now) = 0;

  virtual bool failed() const = 0;
  virtual std::string failure() const = 0;  // a sentence; empty while nothing failed
};

// One piece of work for the writer. `done(true)` comes after the commit, `done(false)` when nothing of it was kept; on the
// writer's thread, exactly once for every job that was taken. `work` may answer false to undo its own changes.
struct Job {
  std::function<bool(Transaction&)> work;
  std::function<void(bool kept)> done;
  std::size_t bytes = 0;  // of the pictures it holds until it has run
};

// Who tells others what happens to hazards. Both on the writer's thread.
struct Witness {
  // At the end of a job that touched hazards, inside its transaction: what it writes is kept or undone together with the job.
  std::function<void(Transaction&, const Touched&)> touched;
  // After the commit of such a job. Must not wait.
  std::function<void()> committed;
};

struct StoreMetrics {
  base::Counter jobs_taken;
  base::Counter jobs_kept;
  base::Counter jobs_undone;   // by their own wish
  base::Counter jobs_failed;   // the disk or the database refused
  base::Counter jobs_refused;  // the queue was full, of jobs or of bytes
  base::Counter commits;
  base::Counter commit_failures;
  base::Gauge queued;
  base::Histogram commit_time;
};

class Store {
 public:
  virtual ~Store() = default;

  virtual Reads& reads() = 0;

  // False, at once: the queue is full (of jobs, or of bytes they hold) or the store is closing; the job is gone and `done` is not
  // called. Any thread.
  virtual bool submit(Job job) = 0;

  // From now on this one, instead of the one before; a Witness without functions for none. Waits for the writer, so not from a job.
  virtual void watch(Witness witness) = 0;

  // Returns once everything submitted before was kept or failed.
  virtual void drain() = 0;

  // True from the first commit that failed, or job that was refused, until the next commit succeeds.
  virtual bool degraded() const = 0;

  // A consistent copy of the running database, while it is written. Refused (internal) with the reason when it cannot be made.
  virtual domain::Result<void> backup(const std::string& path) = 0;

  // Overwrites what was erased also in the write-ahead log; after deletions that must leave nothing. Refused (internal), soon, while
  // another process reads the database: then it is to be asked for again. Questions are answered meanwhile.
  virtual domain::Result<void> scrub() = 0;
  // The same without waiting: `done` on the writer's thread, after everything submitted before; from any thread, that one too.
  virtual void scrub_soon(std::function<void(const domain::Result<void>&)> done) = 0;

  virtual const StoreMetrics& metrics() const = 0;
};

}  // namespace hazard::store
