#include "base/log.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace hazard::base::log {
namespace {

constexpr Duration kRepeatWindow = std::chrono::seconds(1);
// Waits are cut into pieces of this length, so that a stopped reader cannot hold up the end of the process.
constexpr int kPollMs = 50;

std::atomic<Log*> g_installed{nullptr};

// Names are literals, so a view of one stays valid; there are as many entries as distinct warnings in the source.
struct Repeats {
  Name event;
  Level level;
  SteadyTime written_at;
  std::uint64_t omitted = 0;
};

}  // namespace

struct Log::State {
  State(const Options& chosen, const Clock& time) : options(chosen), clock(time) {}

  const Options options;
  const Clock& clock;

  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::string> queue;  // guarded by mutex, as all below down to `dropped`
  std::size_t queued_bytes = 0;
  std::uint64_t dropped_unreported = 0;
  std::vector<Repeats> repeats;
  bool stopping = false;
  std::chrono::steady_clock::time_point give_up_at{};

  std::atomic<std::uint64_t> dropped{0};
  std::thread writer;

  bool admit_locked(Level level, Name event, std::uint64_t& omitted);
  bool push_locked(std::string line, std::size_t bytes_max);
  void report_locked();
  bool write_line(std::string_view line);
  bool wait_writable();
  void run(Log& log);
};

// False when the event was written less than a second ago; else `omitted` says how many were left out since then.
bool Log::State::admit_locked(Level level, Name event, std::uint64_t& omitted) {
  if (level < Level::warn) return true;
  const SteadyTime now = clock.now();
  const auto known = std::ranges::find_if(repeats, [&](const Repeats& r) { return r.event.text() == event.text(); });
  if (known == repeats.end()) {
    repeats.push_back({event, level, now});
    return true;
  }
  known->level = level;
  if (now - known->written_at < kRepeatWindow) {
    ++known->omitted;
    return false;
  }
  known->written_at = now;
  omitted = std::exchange(known->omitted, 0);
  return true;
}

bool Log::State::push_locked(std::string line, std::size_t bytes_max) {
  if (queued_bytes + line.size() > bytes_max) {
    ++dropped_unreported;
    dropped.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  queued_bytes += line.size();
  queue.push_back(std::move(line));
  return true;
}

void Log::State::report_locked() {
  // Reports may use one line more than the bound per event, else a full queue would hide that it is full.
  const std::size_t bytes_max = options.queue_bytes_max + (repeats.size() + 1) * kLineBytesMax;
  const SteadyTime now = clock.now();
  for (Repeats& entry : repeats) {
    if (entry.omitted == 0 || (now - entry.written_at < kRepeatWindow && !stopping)) continue;
    entry.written_at = now;
    push_locked(format_line(options.format, clock.wall(), entry.level, entry.event, "The same again, counted only.",
                            {{"repeated", std::exchange(entry.omitted, 0)}}),
                bytes_max);
  }
  if (dropped_unreported == 0) return;
  const std::string line = format_line(options.format, clock.wall(), Level::warn, "log_lines_dropped",
                                       "The reader of the log is too slow.", {{"count", dropped_unreported}});
  if (queued_bytes + line.size() > bytes_max) return;
  dropped_unreported = 0;
  push_locked(line, bytes_max);
}

// Waits in short pieces until the descriptor takes a line without blocking; false once the deadline of the end has passed.
bool Log::State::wait_writable() {
  // poll(2) passes over negative descriptors; the write says what is wrong with this one.
  while (options.fd >= 0) {
    pollfd waited{options.fd, POLLOUT, 0};
    const int ready = ::poll(&waited, 1, kPollMs);
    if (ready > 0) return true;  // also on an error, which the write then reports
    if (ready < 0 && errno != EINTR) return true;
    const std::lock_guard lock(mutex);
    if (stopping && std::chrono::steady_clock::now() >= give_up_at) return false;
  }
  return true;
}

// False when the line was not written: nobody reads any more, or the time is up.
bool Log::State::write_line(std::string_view line) {
  while (!line.empty()) {
    if (!wait_writable()) return false;
    const ssize_t written = ::write(options.fd, line.data(), line.size());
    if (written < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (written > 0) line.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void Log::State::run(Log& log) {
  // Signals are the main thread's business; a closed pipe shows as EPIPE of write.
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  auto report_at = std::chrono::steady_clock::now() + kRepeatWindow;
  std::unique_lock lock(mutex);
  for (;;) {
    wake.wait_until(lock, report_at, [&] { return !queue.empty() || stopping; });
    if (std::chrono::steady_clock::now() >= report_at) {
      report_at = std::chrono::steady_clock::now() + kRepeatWindow;
      lock.unlock();
      log.report_omissions();
      lock.lock();
    }
    if (queue.empty() && stopping) return;
    if (queue.empty()) continue;
    const std::string line = std::move(queue.front());
    queue.pop_front();
    queued_bytes -= line.size();
    lock.unlock();
    const bool written = write_line(line);
    if (!written) dropped.fetch_add(1, std::memory_order_relaxed);
    lock.lock();
    if (!written) ++dropped_unreported;
    if (!written && stopping) return;
  }
}

Log::Log(const Options& options, const Clock& clock) : state_(std::make_unique<State>(options, clock)) {
  state_->writer = std::thread([this] { state_->run(*this); });
}

Log::~Log() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    state_->give_up_at = std::chrono::steady_clock::now() + state_->options.flush_deadline;
    state_->report_locked();
  }
  state_->wake.notify_one();
  state_->writer.join();
}

void Log::write(Level level, Name event, std::string_view sentence, Fields fields) noexcept {
  if (level < state_->options.level) return;
  std::uint64_t omitted = 0;
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->admit_locked(level, event, omitted)) return;
  }
  std::string line = format_line(state_->options.format, state_->clock.wall(), level, event, sentence, fields);
  bool was_empty = false;
  {
    const std::lock_guard lock(state_->mutex);
    if (omitted > 0) {
      state_->push_locked(format_line(state_->options.format, state_->clock.wall(), level, event, "The same again, counted only.",
                                      {{"repeated", omitted}}),
                          state_->options.queue_bytes_max);
    }
    was_empty = state_->queue.empty();
    state_->push_locked(std::move(line), state_->options.queue_bytes_max);
  }
  if (was_empty) state_->wake.notify_one();
}

std::uint64_t Log::dropped() const noexcept { return state_->dropped.load(std::memory_order_relaxed); }

void Log::report_omissions() noexcept {
  const std::lock_guard lock(state_->mutex);
  state_->report_locked();
}

std::expected<Options, std::string> choose_options(int fd, std::string_view format, std::string_view level) {
  Options options{.fd = fd};
  const bool terminal = ::isatty(fd) == 1;
  if (format == "text" || (format.empty() && terminal)) {
    options.format = terminal ? Format::coloured_text : Format::text;
  } else if (!format.empty() && format != "json") {
    return std::unexpected(fmt::format("LOG_FORMAT must be json or text, got \"{}\"", format.substr(0, 32)));
  }
  if (!level.empty()) {
    const auto known = level_from(level);
    if (!known) {
      return std::unexpected(fmt::format("LOG_LEVEL must be debug, info, warn or error, got \"{}\"", level.substr(0, 32)));
    }
    options.level = *known;
  }
  return options;
}

void install(Log* log) noexcept { g_installed.store(log, std::memory_order_release); }

namespace {

void write_installed(Level level, Name event, std::string_view sentence, Fields fields) noexcept {
  if (Log* log = g_installed.load(std::memory_order_acquire)) log->write(level, event, sentence, fields);
}

}  // namespace

void debug(Name event, std::string_view sentence, Fields fields) noexcept {
  write_installed(Level::debug, event, sentence, fields);
}
void info(Name event, std::string_view sentence, Fields fields) noexcept {
  write_installed(Level::info, event, sentence, fields);
}
void warn(Name event, std::string_view sentence, Fields fields) noexcept {
  write_installed(Level::warn, event, sentence, fields);
}
void error(Name event, std::string_view sentence, Fields fields) noexcept {
  write_installed(Level::error, event, sentence, fields);
}

}  // namespace hazard::base::log
