// A database connection and its prepared statements, closed by themselves. Used by the other sqlite_* files only; one thread at a
// time per connection.
//
// The first failure sticks: `error()` keeps its sentence and every later statement has no effect until clear_error(), so that code
// made of many statements needs one check at its end. SQLITE_BUSY is a failure like any other: writers are one thread, readers never
// wait in WAL mode.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "domain/error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace hazard::store {

inline constexpr std::size_t kStatementsMost = 256;          // prepared ones that are kept at a time
inline constexpr std::chrono::milliseconds kBusyWait{5000};  // for another process: a backup tool, a person with the command line

class Connection;

// One use of a prepared statement: bind, step, read. Reset when it goes.
class Statement {
 public:
  Statement(Connection& connection, sqlite3_stmt* handle) noexcept : connection_(connection), handle_(handle) {}
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(std::int64_t number);
  Statement& bind(int number) { return bind(static_cast<std::int64_t>(number)); }
  Statement& bind(double number);
  Statement& bind(std::string_view text);
  Statement& bind_blob(std::string_view bytes);
  Statement& bind_null();

  bool step();  // true while there is a row
  void run() {  // for statements without rows
    while (step()) {
    }
  }

  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;  // also of a blob
  bool is_null(int column) const;

 private:
  Connection& connection_;
  sqlite3_stmt* handle_;  // null after a failure
  int next_ = 1;
};

class Connection {
 public:
  enum class Mode : std::uint8_t { read_write, read_only };
  static domain::Result<std::unique_ptr<Connection>> open(const std::string& path, Mode mode);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Prepared once per text and kept. One at a time per text: a second use before the first is gone gets a statement of its own.
  Statement prepare(const std::string& sql);
  std::size_t prepared() const noexcept { return statements_.size(); }
  void run(const std::string& sql);                             // one or several statements without parameters
  std::optional<std::string> question(const std::string& sql);  // the first column of the first row

  bool failed() const noexcept { return !error_.empty(); }
  const std::string& error() const noexcept { return error_; }
  void clear_error() noexcept { error_.clear(); }
  void wait_at_most(std::chrono::milliseconds longest) noexcept;  // for locks of others, from now on; kBusyWait at first
  void fail(std::string_view during);
  void fail_with(std::string sentence);
  bool lost_transaction() const noexcept;  // SQLite rolled the open transaction back by itself (disk full, I/O error)
  sqlite3* handle() const noexcept { return handle_; }

 private:
  explicit Connection(sqlite3* handle) noexcept : handle_(handle) {}

  sqlite3* handle_;
  std::string error_;
  struct Prepared {
    sqlite3_stmt* handle = nullptr;
    std::uint64_t used = 0;
  };
  void forget_oldest();
  std::unordered_map<std::string, Prepared> statements_;
  std::uint64_t uses_ = 0;
};

// Copies the database behind `from` into a new file by SQLite's online backup; `path` must not exist.
domain::Result<void> copy_database(Connection& from, const std::string& path);

}  // namespace hazard::store
