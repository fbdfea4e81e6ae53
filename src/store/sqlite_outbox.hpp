// The outbox (outbox.hpp) as SQL: the questions of both connections and the changes of a job. Used by the other sqlite_* files only.
#pragma once

#include <span>

#include "store/outbox.hpp"
#include "store/records.hpp"
#include "store/sqlite_connection.hpp"

namespace hazard::store {

std::vector<OutboxRecord> find_due(Connection& connection, const std::string& target, base::WallTime now, std::size_t most);
std::optional<base::WallTime> find_next_due(Connection& connection, const std::string& target);
std::optional<OutboxRecord> find_outbox_row(Connection& connection, std::int64_t number);
std::vector<OutboxRecord> find_outbox_rows(Connection& connection, const std::string& target, const std::string& hazard_id);
Page<OutboxRecord> list_outbox(Connection& connection, const OutboxFilter& filter);
std::vector<OutboxCount> count_outbox(Connection& connection);

void append_outbox(Connection& connection, const OutboxRecord& record);
void update_outbox(Connection& connection, const OutboxRecord& record);
void erase_outbox_row(Connection& connection, std::int64_t number);
OutboxTrimmed trim_outbox_rows(Connection& connection, const std::string& target, const OutboxBounds& bounds, base::WallTime now,
                               const std::string& why);
std::int64_t abandon_outbox(Connection& connection, std::span<const std::string> known, base::WallTime now,
                            const std::string& why);
std::int64_t revive_outbox(Connection& connection, const std::string& target, base::WallTime now);

}  // namespace hazard::store
