#include "store/sqlite_connection.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <utility>

namespace hazard::store {
namespace {

domain::Error refusal(std::string_view what, const std::string& path, sqlite3* handle) {
  const char* why = handle == nullptr ? "out of memory" : sqlite3_errmsg(handle);
  return {domain::ErrorCode::internal, std::string(what) + " " + path + ": " + why + "."};
}

}  // namespace

Statement::~Statement() {
  if (handle_ == nullptr) return;
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
}

Statement& Statement::bind(std::int64_t number) {
  if (handle_ != nullptr && sqlite3_bind_int64(handle_, next_++, number) != SQLITE_OK) connection_.fail("bind");
  return *this;
}

Statement& Statement::bind(double number) {
  if (handle_ != nullptr && sqlite3_bind_double(handle_, next_++, number) != SQLITE_OK) connection_.fail("bind");
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  // A null pointer would bind NULL: an empty text must stay a text.
  const char* data = text.empty() ? "" : text.data();
  if (handle_ != nullptr &&
      sqlite3_bind_text64(handle_, next_++, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8) != SQLITE_OK) {
    connection_.fail("bind");
  }
  return *this;
}

Statement& Statement::bind_blob(std::string_view bytes) {
  const char* data = bytes.empty() ? "" : bytes.data();
  if (handle_ != nullptr && sqlite3_bind_blob64(handle_, next_++, data, bytes.size(), SQLITE_TRANSIENT) != SQLITE_OK) {
    connection_.fail("bind");
  }
  return *this;
}

Statement& Statement::bind_null() {
  if (handle_ != nullptr && sqlite3_bind_null(handle_, next_++) != SQLITE_OK) connection_.fail("bind");
  return *this;
}

bool Statement::step() {
  if (handle_ == nullptr || connection_.failed()) return false;
  const int answer = sqlite3_step(handle_);
  if (answer == SQLITE_ROW) return true;
  if (answer != SQLITE_DONE) connection_.fail(sqlite3_sql(handle_));
  return false;
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }

double Statement::real(int column) const { return sqlite3_column_double(handle_, column); }

std::string Statement::text(int column) const {
  const void* data = sqlite3_column_blob(handle_, column);
  const int size = sqlite3_column_bytes(handle_, column);
  if (data == nullptr || size <= 0) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

bool Statement::is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }

domain::Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, Mode mode) {
  sqlite3* handle = nullptr;
  // FULLMUTEX is not needed (one thread at a time); URI names are refused: a path is only ever a path.
  const int flags = mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int answer = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  std::unique_ptr<Connection> connection(new Connection(handle));
  if (answer != SQLITE_OK) return std::unexpected(refusal("Cannot open the database", path, handle));
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  connection->wait_at_most(kBusyWait);
  return connection;
}

Connection::~Connection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement.handle);
  sqlite3_close_v2(handle_);
}

Statement Connection::prepare(const std::string& sql) {
  if (failed()) return {*this, nullptr};
  const auto known = statements_.find(sql);
  if (known != statements_.end() && sqlite3_stmt_busy(known->second.handle) == 0) {
    known->second.used = ++uses_;
    return {*this, known->second.handle};
  }
  sqlite3_stmt* statement = nullptr;
  const int answer =
      sqlite3_prepare_v3(handle_, sql.c_str(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (answer != SQLITE_OK) {
    fail(sql);
    return {*this, nullptr};
  }
  if (statements_.size() >= kStatementsMost) forget_oldest();
  std::string key = sql;
  while (statements_.contains(key)) key += ' ';
  statements_.emplace(std::move(key), Prepared{.handle = statement, .used = ++uses_});
  return {*this, statement};
}

// The texts of lists depend on how many values a stranger filters by: of those there is no end.
void Connection::forget_oldest() {
  auto oldest = statements_.end();
  for (auto it = statements_.begin(); it != statements_.end(); ++it) {
    const bool older = oldest == statements_.end() || it->second.used < oldest->second.used;
    if (older && sqlite3_stmt_busy(it->second.handle) == 0) oldest = it;
  }
  if (oldest == statements_.end()) return;
  sqlite3_finalize(oldest->second.handle);
  statements_.erase(oldest);
}

void Connection::run(const std::string& sql) {
  if (failed()) return;
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(sql);
}

std::optional<std::string> Connection::question(const std::string& sql) {
  if (failed()) return std::nullopt;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
    fail(sql);
    return std::nullopt;
  }
  std::optional<std::string> found;
  if (sqlite3_step(statement) == SQLITE_ROW) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
    found = text == nullptr ? "" : text;
  }
  if (const int answer = sqlite3_finalize(statement); answer != SQLITE_OK) fail(sql);
  return found;
}

void Connection::wait_at_most(std::chrono::milliseconds longest) noexcept {
  sqlite3_busy_timeout(handle_, static_cast<int>(longest.count()));
}

void Connection::fail(std::string_view during) {
  if (failed()) return;
  error_ = std::string(sqlite3_errmsg(handle_)) + " (" + std::string(during.substr(0, 120)) + ")";
}

void Connection::fail_with(std::string sentence) {
  if (!failed()) error_ = std::move(sentence);
}

bool Connection::lost_transaction() const noexcept { return sqlite3_get_autocommit(handle_) != 0; }

domain::Result<void> copy_database(Connection& from, const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) {
    return domain::refuse(domain::ErrorCode::invalid_value, path + " exists already: name a new file for the backup.");
  }
  auto into = Connection::open(path, Connection::Mode::read_write);
  if (!into) return std::unexpected(into.error());
  sqlite3_backup* backup = sqlite3_backup_init((*into)->handle(), "main", from.handle(), "main");
  if (backup == nullptr) return std::unexpected(refusal("Cannot write the backup", path, (*into)->handle()));
  // All pages in one step: a reader in WAL mode holds nobody up, and the copy is of one moment.
  const int answer = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  if (answer != SQLITE_DONE) {
    const domain::Error error = refusal("Cannot write the backup", path, (*into)->handle());
    into->reset();
    std::filesystem::remove(path, ignored);
    return std::unexpected(error);
  }
  return {};
}

}  // namespace hazard::store
