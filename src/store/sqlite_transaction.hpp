// A job's view of the database, inside the writer's transaction. Made by the writer for each batch; its thread only.
#pragma once

#include "store/sqlite_queries.hpp"

namespace hazard::store {

class SqliteTransaction final : public QueriesOver<Transaction> {
 public:
  explicit SqliteTransaction(Connection& connection);

  std::vector<domain::Hazard> hazards_near(const std::string& class_name, domain::GeoPoint point, double radius_m,
                                           std::size_t most) override;
  std::vector<domain::Hazard> placeless_of(const std::string& class_name, const std::string& client_key, base::WallTime since,
                                           std::size_t most) override;
  std::vector<std::string> hazards_seen_by_client(const std::string& client_key) override;
  std::vector<std::string> hazards_seen_in_session(const std::string& session_id) override;
  std::vector<std::string> pictures_hosted_for(const std::string& client_key) override;
  std::vector<std::string> streams_of(const std::string& client_key) override;
  std::vector<std::string> hazards_merged_into(const std::string& hazard_id) override;
  std::vector<std::string> hazards_last_seen_before(base::WallTime moment, std::size_t most) override;

  void put(const domain::Hazard& hazard) override;
  void put(const domain::Sighting& sighting) override;
  void put(const SessionRecord& session) override;
  void put(const StreamRecord& stream) override;
  void put(const ReportRecord& report) override;
  void put(const EvidenceRecord& evidence) override;
  void append(const domain::HistoryEntry& entry) override;
  void append(const CoverageRecord& coverage) override;

  void erase_hazard(const std::string& id) override;
  void erase_sighting(const std::string& id) override;
  void erase_evidence(const std::string& id) override;
  void erase_session(const std::string& id) override;
  void erase_client(const std::string& client_key) override;
  void erase_report(const std::string& id) override;
  void erase_older_than(base::WallTime moment) override;

  void append(const OutboxRecord& record) override { append_outbox(connection(), record); }
  void update(const OutboxRecord& record) override { update_outbox(connection(), record); }
  void erase_outbox(std::int64_t number) override { erase_outbox_row(connection(), number); }
  OutboxTrimmed trim_outbox(const std::string& target, const OutboxBounds& bounds, base::WallTime now,
                            const std::string& why) override {
    return trim_outbox_rows(connection(), target, bounds, now, why);
  }
  std::int64_t abandon_outbox_except(std::span<const std::string> known, base::WallTime now, const std::string& why) override {
    return abandon_outbox(connection(), known, now, why);
  }
  std::int64_t revive_outbox_of(const std::string& target, base::WallTime now) override {
    return revive_outbox(connection(), target, now);
  }

  // What was done to hazards so far.
  const Touched& touched() const noexcept { return touched_; }

  bool failed() const override { return connection().failed(); }
  std::string failure() const override { return connection().error(); }

 private:
  void run(const std::string& sql, const std::string& key);
  std::vector<std::string> ids(const std::string& sql, const std::string& key);

  Touched touched_;
};

}  // namespace hazard::store
