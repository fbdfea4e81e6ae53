// The log: events with a name, a sentence and fields, written by a thread of its own. Called from every floor and every thread:
//
//   base::log::info("session_opened", "A session was opened.", {{"session_id", id}, {"fps_limit", 10}});
//
// No call waits for the reader of the log: lines go through a queue of bounded bytes; what does not fit is dropped, counted, and
// reported once a second. Warnings and errors of one event name are written at most once a second, with the number left out in
// between. Never log frames, tokens or whole messages. Until install() every call is without effect.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/log_line.hpp"

namespace hazard::base::log {

struct Options {
  int fd = 2;  // stays open as long as the Log lives; never closed by it
  Format format = Format::json;
  Level level = Level::info;
  // About 5,000 lines: a burst fits, a stopped reader costs no more memory than this.
  std::size_t queue_bytes_max = 1024 * 1024;
  // How long the destructor waits for a reader that does not read.
  Duration flush_deadline = std::chrono::seconds(1);
};

// Coloured text when `fd` is a terminal, else JSON lines; `format` ("json", "text" or empty) and `level` (a level's name or empty)
// override. The error is a sentence that names the key, its value and the choices. Keys: LOG_FORMAT, LOG_LEVEL.
std::expected<Options, std::string> choose_options(int fd, std::string_view format, std::string_view level);

// The queue and its writer. The product makes one and installs it; tests make their own. Thread-safe. The clock must outlive it.
class Log {
 public:
  Log(const Options& options, const Clock& clock);
  ~Log();  // writes what is queued, within the deadline
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void write(Level level, Name event, std::string_view sentence, Fields fields = {}) noexcept;

  // Lines given up because the reader was too slow, since the start.
  std::uint64_t dropped() const noexcept;

  // Queues the lines that say what was left out in the second before; the writer calls it once a second.
  void report_omissions() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Makes `log` the one that the functions below write to; nullptr for none. The caller keeps it alive until it installs another.
void install(Log* log) noexcept;

void debug(Name event, std::string_view sentence, Fields fields = {}) noexcept;
void info(Name event, std::string_view sentence, Fields fields = {}) noexcept;
void warn(Name event, std::string_view sentence, Fields fields = {}) noexcept;
void error(Name event, std::string_view sentence, Fields fields = {}) noexcept;

}  // namespace hazard::base::log
