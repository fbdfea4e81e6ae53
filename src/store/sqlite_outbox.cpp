#include "store/sqlite_outbox.hpp"

#include "store/sqlite_rows.hpp"

namespace hazard::store {
namespace {

const std::string kColumns =
    "number,event_id,target,type,hazard_id,state,created_at,due_at,attempts,status,error,receipt,ended_at,body";

OutboxRecord row_of(const Statement& row) {
  OutboxRecord record;
  record.number = row.integer(0);
  record.event_id = row.text(1);
  record.target = row.text(2);
  record.type = row.text(3);
  record.hazard_id = row.text(4);
  record.state = static_cast<OutboxState>(row.integer(5));
  record.created_at = from_micros(row.integer(6));
  record.due_at = from_micros(row.integer(7));
  record.attempts = static_cast<int>(row.integer(8));
  record.status = static_cast<int>(row.integer(9));
  record.error = row.text(10);
  record.receipt = row.text(11);
  if (!row.is_null(12)) record.ended_at = from_micros(row.integer(12));
  record.body = row.text(13);
  return record;
}

void bind_ended(Statement& statement, const OutboxRecord& record) {
  if (record.ended_at)
    statement.bind(to_micros(*record.ended_at));
  else
    statement.bind_null();
}

std::vector<OutboxRecord> rows_of(Statement& statement) {
  std::vector<OutboxRecord> rows;
  while (statement.step()) rows.push_back(row_of(statement));
  return rows;
}

std::int64_t count_of(Connection& connection, const std::string& target, OutboxState state) {
  Statement statement = connection.prepare("SELECT count FROM outbox_counts WHERE target=? AND state=?");
  statement.bind(target).bind(static_cast<int>(state));
  return statement.step() ? statement.integer(0) : 0;
}

// How many rows the statement before changed.
std::int64_t changed(Connection& connection) {
  Statement statement = connection.prepare("SELECT changes()");
  return statement.step() ? statement.integer(0) : 0;
}

}  // namespace

std::vector<OutboxRecord> find_due(Connection& connection, const std::string& target, base::WallTime now, std::size_t most) {
  Statement statement = connection.prepare(
      "SELECT " + kColumns + " FROM outbox WHERE state=0 AND target=? AND due_at<=? ORDER BY due_at,number LIMIT ?");
  statement.bind(target).bind(to_micros(now)).bind(static_cast<std::int64_t>(most));
  return rows_of(statement);
}

std::optional<base::WallTime> find_next_due(Connection& connection, const std::string& target) {
  Statement statement = connection.prepare("SELECT due_at FROM outbox WHERE state=0 AND target=? ORDER BY due_at LIMIT 1");
  statement.bind(target);
  if (!statement.step()) return std::nullopt;
  return from_micros(statement.integer(0));
}

std::optional<OutboxRecord> find_outbox_row(Connection& connection, std::int64_t number) {
  Statement statement = connection.prepare("SELECT " + kColumns + " FROM outbox WHERE number=?");
  statement.bind(number);
  if (!statement.step()) return std::nullopt;
  return row_of(statement);
}

std::vector<OutboxRecord> find_outbox_rows(Connection& connection, const std::string& target, const std::string& hazard_id) {
  Statement statement = connection.prepare("SELECT " + kColumns + " FROM outbox WHERE hazard_id=? AND target=? ORDER BY number");
  statement.bind(hazard_id).bind(target);
  return rows_of(statement);
}

Page<OutboxRecord> list_outbox(Connection& connection, const OutboxFilter& filter) {
  const std::string where = filter.target ? " FROM outbox WHERE state=? AND target=?" : " FROM outbox WHERE state=?";
  Page<OutboxRecord> page;
  const auto bind = [&](Statement& statement) {
    statement.bind(static_cast<int>(filter.state));
    if (filter.target) statement.bind(*filter.target);
  };
  {
    Statement total = connection.prepare("SELECT count(*)" + where);
    bind(total);
    if (total.step()) page.total = total.integer(0);
  }
  Statement statement = connection.prepare("SELECT " + kColumns + where + " ORDER BY number DESC LIMIT ? OFFSET ?");
  bind(statement);
  statement.bind(filter.limit).bind(filter.offset);
  page.items = rows_of(statement);
  return page;
}

std::vector<OutboxCount> count_outbox(Connection& connection) {
  std::vector<OutboxCount> counts;
  Statement statement = connection.prepare("SELECT target,state,count FROM outbox_counts ORDER BY target,state");
  while (statement.step())
    counts.push_back({statement.text(0), static_cast<OutboxState>(statement.integer(1)), statement.integer(2)});
  return counts;
}

void append_outbox(Connection& connection, const OutboxRecord& record) {
  Statement statement = connection.prepare(
      "INSERT INTO outbox(event_id,target,type,hazard_id,state,created_at,due_at,attempts,status,error,receipt,ended_at,body) "
      "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)");
  statement.bind(record.event_id).bind(record.target).bind(record.type).bind(record.hazard_id);
  statement.bind(static_cast<int>(record.state)).bind(to_micros(record.created_at)).bind(to_micros(record.due_at));
  statement.bind(record.attempts).bind(record.status).bind(record.error).bind(record.receipt);
  bind_ended(statement, record);
  statement.bind(record.body).run();
}

void update_outbox(Connection& connection, const OutboxRecord& record) {
  Statement statement = connection.prepare(
      "UPDATE outbox SET state=?,due_at=?,attempts=?,status=?,error=?,receipt=?,ended_at=?,body=? WHERE number=?");
  statement.bind(static_cast<int>(record.state)).bind(to_micros(record.due_at)).bind(record.attempts).bind(record.status);
  statement.bind(record.error).bind(record.receipt);
  bind_ended(statement, record);
  statement.bind(record.body).bind(record.number).run();
}

void erase_outbox_row(Connection& connection, std::int64_t number) {
  Statement statement = connection.prepare("DELETE FROM outbox WHERE number=?");
  statement.bind(number).run();
}

OutboxTrimmed trim_outbox_rows(Connection& connection, const std::string& target, const OutboxBounds& bounds, base::WallTime now,
                               const std::string& why) {
  OutboxTrimmed trimmed;
  const std::string give_up = "UPDATE outbox SET state=1,error=?,ended_at=? WHERE number IN (SELECT number FROM outbox WHERE ";
  if (bounds.waiting_since != base::WallTime{}) {
    {
      Statement old = connection.prepare(give_up + "state=0 AND target=? AND created_at<?)");
      old.bind(why).bind(to_micros(now)).bind(target).bind(to_micros(bounds.waiting_since)).run();
    }
    trimmed.given_up = changed(connection);
  }
  if (const std::int64_t surplus = count_of(connection, target, OutboxState::waiting) - bounds.waiting_most; surplus > 0) {
    Statement oldest = connection.prepare(give_up + "state=0 AND target=? ORDER BY number LIMIT ?)");
    oldest.bind(why).bind(to_micros(now)).bind(target).bind(surplus).run();
    trimmed.given_up += surplus;
  }
  if (bounds.dead_since != base::WallTime{}) {
    {
      Statement old = connection.prepare("DELETE FROM outbox WHERE state=1 AND target=? AND ended_at<?");
      old.bind(target).bind(to_micros(bounds.dead_since)).run();
    }
    trimmed.forgotten = changed(connection);
  }
  if (const std::int64_t surplus = count_of(connection, target, OutboxState::dead) - bounds.dead_most; surplus > 0) {
    Statement oldest = connection.prepare(
        "DELETE FROM outbox WHERE number IN (SELECT number FROM outbox WHERE state=1 AND target=? ORDER BY number LIMIT ?)");
    oldest.bind(target).bind(surplus).run();
    trimmed.forgotten += surplus;
  }
  return trimmed;
}

std::int64_t abandon_outbox(Connection& connection, std::span<const std::string> known, base::WallTime now,
                            const std::string& why) {
  std::string sql = "UPDATE outbox SET state=1,error=?,ended_at=? WHERE state=0 AND target NOT IN (";
  for (std::size_t i = 0; i < known.size(); ++i) sql += i == 0 ? "?" : ",?";
  {
    Statement statement = connection.prepare(sql + ")");
    statement.bind(why).bind(to_micros(now));
    for (const std::string& target : known) statement.bind(target);
    statement.run();
  }
  return changed(connection);
}

std::int64_t revive_outbox(Connection& connection, const std::string& target, base::WallTime now) {
  {
    Statement statement =
        connection.prepare("UPDATE outbox SET state=0,attempts=0,due_at=?,created_at=?,ended_at=NULL WHERE state=1 AND target=?");
    statement.bind(to_micros(now)).bind(to_micros(now)).bind(target).run();
  }
  return changed(connection);
}

}  // namespace hazard::store
