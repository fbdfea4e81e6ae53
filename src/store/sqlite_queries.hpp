// The questions of store.hpp as SQL, once for the readers' connection and once for a job's transaction. Used by the other sqlite_* files
// only.
#pragma once

#include <mutex>

#include "store/sqlite_connection.hpp"
#include "store/sqlite_outbox.hpp"
#include "store/store.hpp"

namespace hazard::store {

std::optional<domain::Hazard> find_hazard(Connection& connection, const std::string& id);
std::optional<domain::Sighting> find_sighting(Connection& connection, const std::string& id);
std::vector<domain::Sighting> find_sightings(Connection& connection, const std::string& hazard_id);
std::vector<domain::HistoryEntry> find_history(Connection& connection, const std::string& hazard_id);
std::optional<EvidenceRecord> find_one_evidence(Connection& connection, const std::string& id);
std::vector<EvidenceRecord> find_evidence(Connection& connection, const std::string& hazard_id);
std::optional<SessionRecord> find_session(Connection& connection, const std::string& id);
std::optional<ReportRecord> find_report(Connection& connection, const std::string& id);
std::vector<CoverageRecord> find_coverage(Connection& connection, const std::optional<Bounds>& bounds, base::WallTime from,
                                          base::WallTime to, std::size_t most);
Counts count_hazards(Connection& connection, base::WallTime recent_from);
Counts count_reports(Connection& connection, base::WallTime recent_from);

// In sqlite_list.cpp.
Page<domain::Hazard> list_hazards(Connection& connection, const HazardFilter& filter);
Page<ReportRecord> list_reports(Connection& connection, const ReportFilter& filter);

// Answers the questions of Interface (Reads or Transaction) from one connection. With a mutex, one caller at a time and each question
// begins without the failure of the one before.
template <typename Interface>
class QueriesOver : public Interface {
 public:
  explicit QueriesOver(Connection& connection, std::mutex* mutex = nullptr) : connection_(connection), mutex_(mutex) {}

  std::optional<domain::Hazard> hazard(const std::string& id) override {
    const auto lock = enter();
    return find_hazard(connection_, id);
  }
  std::optional<domain::Sighting> sighting(const std::string& id) override {
    const auto lock = enter();
    return find_sighting(connection_, id);
  }
  std::vector<domain::Sighting> sightings_of(const std::string& hazard_id) override {
    const auto lock = enter();
    return find_sightings(connection_, hazard_id);
  }
  std::vector<domain::HistoryEntry> history_of(const std::string& hazard_id) override {
    const auto lock = enter();
    return find_history(connection_, hazard_id);
  }
  std::vector<EvidenceRecord> evidence_of(const std::string& hazard_id) override {
    const auto lock = enter();
    return find_evidence(connection_, hazard_id);
  }
  std::optional<EvidenceRecord> evidence(const std::string& id) override {
    const auto lock = enter();
    return find_one_evidence(connection_, id);
  }
  std::optional<SessionRecord> session(const std::string& id) override {
    const auto lock = enter();
    return find_session(connection_, id);
  }
  std::optional<ReportRecord> report(const std::string& id) override {
    const auto lock = enter();
    return find_report(connection_, id);
  }
  Page<domain::Hazard> hazards(const HazardFilter& filter) override {
    const auto lock = enter();
    return list_hazards(connection_, filter);
  }
  Page<ReportRecord> reports(const ReportFilter& filter) override {
    const auto lock = enter();
    return list_reports(connection_, filter);
  }
  Counts hazard_counts(base::WallTime recent_from) override {
    const auto lock = enter();
    return count_hazards(connection_, recent_from);
  }
  Counts report_counts(base::WallTime recent_from) override {
    const auto lock = enter();
    return count_reports(connection_, recent_from);
  }
  std::vector<CoverageRecord> coverage(const std::optional<Bounds>& bounds, base::WallTime from, base::WallTime to,
                                       std::size_t most) override {
    const auto lock = enter();
    return find_coverage(connection_, bounds, from, to, most);
  }
  std::vector<OutboxRecord> outbox_due(const std::string& target, base::WallTime now, std::size_t most) override {
    const auto lock = enter();
    return find_due(connection_, target, now, most);
  }
  std::optional<base::WallTime> outbox_next_due(const std::string& target) override {
    const auto lock = enter();
    return find_next_due(connection_, target);
  }
  std::optional<OutboxRecord> outbox_row(std::int64_t number) override {
    const auto lock = enter();
    return find_outbox_row(connection_, number);
  }
  std::vector<OutboxRecord> outbox_of(const std::string& target, const std::string& hazard_id) override {
    const auto lock = enter();
    return find_outbox_rows(connection_, target, hazard_id);
  }
  Page<OutboxRecord> outbox(const OutboxFilter& filter) override {
    const auto lock = enter();
    return list_outbox(connection_, filter);
  }
  std::vector<OutboxCount> outbox_counts() override {
    const auto lock = enter();
    return count_outbox(connection_);
  }

 protected:
  Connection& connection() const noexcept { return connection_; }

 private:
  std::unique_lock<std::mutex> enter() {
    if (mutex_ == nullptr) return {};
    std::unique_lock<std::mutex> lock(*mutex_);
    connection_.clear_error();
    return lock;
  }

  Connection& connection_;
  std::mutex* mutex_;
};

}  // namespace hazard::store
