#include "base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <sstream>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace hazard::base::log {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0); }
  ~Pipe() {
    close_reader();
    close_writer();
  }
  int writer() const { return ends_[1]; }
  void close_reader() { close(ends_[0]); }
  void close_writer() { close(ends_[1]); }

  // Until the writing end is closed.
  std::vector<std::string> read_lines() {
    std::string all;
    std::array<char, 65536> buffer{};
    for (ssize_t got; (got = ::read(ends_[0], buffer.data(), buffer.size())) > 0;)
      all.append(buffer.data(), static_cast<std::size_t>(got));
    std::vector<std::string> lines;
    std::istringstream stream(all);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
  }

 private:
  static void close(int& fd) {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

// Runs `use` with a Log into a pipe that is read to its end.
template <typename Use>
std::vector<std::string> lines_of(Options options, Use use) {
  Pipe pipe;
  ManualClock clock;
  options.fd = pipe.writer();
  options.flush_deadline = 60s;
  std::vector<std::string> lines;
  std::thread reader([&] { lines = pipe.read_lines(); });
  {
    Log log(options, clock);
    use(log, clock);
  }
  pipe.close_writer();
  reader.join();
  return lines;
}

TEST(Log, writes_one_line_per_event_in_order) {
  const auto lines = lines_of({}, [](Log& log, ManualClock&) {
    log.write(Level::info, "first", "One.");
    log.write(Level::info, "second", "Two.", {{"n", 2}});
  });
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[0], HasSubstr(R"("event":"first","message":"One."})"));
  EXPECT_THAT(lines[1], HasSubstr(R"("event":"second","message":"Two.","n":2})"));
}

TEST(Log, leaves_out_what_lies_below_its_level) {
  const auto lines = lines_of({.level = Level::warn}, [](Log& log, ManualClock&) {
    log.write(Level::debug, "a", "");
    log.write(Level::info, "b", "");
    log.write(Level::warn, "c", "");
    log.write(Level::error, "d", "");
  });
  EXPECT_THAT(lines, ElementsAre(HasSubstr("\"c\""), HasSubstr("\"d\"")));
}

TEST(Log, warnings_of_one_name_come_once_a_second_and_the_others_are_counted) {
  const auto lines = lines_of({}, [](Log& log, ManualClock& clock) {
    for (int i = 0; i < 5; ++i) log.write(Level::warn, "slow_viewer", "Slow.", {{"n", i}});
    clock.advance(999ms);
    log.write(Level::warn, "slow_viewer", "Slow.", {{"n", 5}});
    clock.advance(1ms);
    log.write(Level::warn, "slow_viewer", "Slow.", {{"n", 6}});
  });
  EXPECT_THAT(lines, ElementsAre(HasSubstr("\"n\":0"), HasSubstr("\"repeated\":5"), HasSubstr("\"n\":6")));
}

TEST(Log, one_name_does_not_silence_another) {
  const auto lines = lines_of({}, [](Log& log, ManualClock&) {
    log.write(Level::warn, "a", "");
    log.write(Level::error, "b", "");
    log.write(Level::warn, "a", "");
  });
  EXPECT_THAT(lines, ElementsAre(HasSubstr("\"event\":\"a\""), HasSubstr("\"event\":\"b\""), HasSubstr("\"repeated\":1")));
}

TEST(Log, information_is_never_held_back) {
  const auto lines = lines_of({}, [](Log& log, ManualClock&) {
    for (int i = 0; i < 50; ++i) log.write(Level::info, "session_opened", "");
  });
  EXPECT_THAT(lines, SizeIs(50));
}

TEST(Log, reports_what_it_left_out_once_the_second_is_over_even_when_it_never_happens_again) {
  const auto lines = lines_of({}, [](Log& log, ManualClock& clock) {
    for (int i = 0; i < 3; ++i) log.write(Level::warn, "slow_viewer", "");
    log.report_omissions();  // too early
    clock.advance(1s);
    log.report_omissions();
    log.report_omissions();  // nothing left
  });
  EXPECT_THAT(lines, ElementsAre(Not(HasSubstr("repeated")), EndsWith("\"repeated\":2}")));
}

TEST(Log, a_stopped_reader_costs_lines_but_never_the_caller) {
  constexpr int kLines = 30'000;  // three times what pipe and queue hold
  Pipe pipe;
  ManualClock clock;
  std::uint64_t dropped = 0;
  std::vector<std::string> lines;
  std::thread reader;
  {
    Log log({.fd = pipe.writer(), .flush_deadline = 60s}, clock);
    for (int i = 0; i < kLines; ++i) log.write(Level::info, "flood", "A line nobody reads yet.", {{"n", i}});
    dropped = log.dropped();  // all of this without a reader
    reader = std::thread([&] { lines = pipe.read_lines(); });
  }
  pipe.close_writer();
  reader.join();
  EXPECT_GT(dropped, 0U);
  std::uint64_t reported = 0;
  std::uint64_t flood = 0;
  for (const std::string& line : lines) {
    if (const auto at = line.find("\"count\":"); line.find("log_lines_dropped") != std::string::npos)
      reported += std::stoull(line.substr(at + 8));
    else
      ++flood;
  }
  EXPECT_EQ(reported, dropped);
  EXPECT_EQ(flood + dropped, static_cast<std::uint64_t>(kLines));
  EXPECT_THAT(lines.front(), HasSubstr("\"n\":0}"));
}

TEST(Log, ends_within_its_deadline_although_nobody_reads) {
  Pipe pipe;
  ManualClock clock;
  Log log({.fd = pipe.writer(), .flush_deadline = 0s}, clock);
  for (int i = 0; i < 5'000; ++i) log.write(Level::info, "flood", "A line nobody will ever read.");
  // The destructor returns; a hang is the failure.
}

TEST(Log, survives_a_reader_that_went_away) {
  Pipe pipe;
  ManualClock clock;
  pipe.close_reader();
  Log log({.fd = pipe.writer()}, clock);
  for (int i = 0; i < 100; ++i) log.write(Level::info, "unheard", "");
}

TEST(Log, survives_a_closed_descriptor) {
  ManualClock clock;
  Log log({.fd = -1}, clock);
  log.write(Level::info, "unheard", "");
}

TEST(Log, lines_of_many_threads_never_mix) {
  const auto lines = lines_of({.queue_bytes_max = 16 * 1024 * 1024}, [](Log& log, ManualClock&) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&log, t] {
        for (int i = 0; i < 1000; ++i) log.write(Level::info, "event", "From a thread.", {{"thread", t}, {"n", i}});
      });
    }
    for (std::thread& thread : threads) thread.join();
  });
  ASSERT_THAT(lines, SizeIs(4000));
  std::array<int, 4> next{};
  for (const std::string& line : lines) {
    ASSERT_TRUE(line.starts_with("{\"time\":") && line.ends_with("}")) << line;
    const auto thread = static_cast<std::size_t>(std::stoi(line.substr(line.find("\"thread\":") + 9)));
    ASSERT_EQ(std::stoi(line.substr(line.find("\"n\":") + 4)), next[thread]++);
  }
}

TEST(Install, the_functions_reach_the_installed_log_and_nothing_without_one) {
  const auto lines = lines_of({.level = Level::debug}, [](Log& log, ManualClock&) {
    info("before_install", "");
    install(&log);
    debug("d", "");
    info("i", "");
    warn("w", "");
    error("e", "");
    install(nullptr);
    error("after", "");
  });
  EXPECT_THAT(lines, ElementsAre(HasSubstr("debug"), HasSubstr("info"), HasSubstr("warn"), HasSubstr("error")));
}

TEST(ChooseOptions, json_into_a_pipe_unless_told_otherwise) {
  const Pipe pipe;
  EXPECT_EQ(choose_options(pipe.writer(), "", "")->format, Format::json);
  EXPECT_EQ(choose_options(pipe.writer(), "text", "")->format, Format::text);
  EXPECT_EQ(choose_options(pipe.writer(), "json", "")->format, Format::json);
  EXPECT_EQ(choose_options(pipe.writer(), "", "")->level, Level::info);
  EXPECT_EQ(choose_options(pipe.writer(), "", "debug")->level, Level::debug);
}

TEST(ChooseOptions, coloured_text_on_a_terminal) {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0) GTEST_SKIP() << "no pseudo-terminals here";
  EXPECT_EQ(choose_options(terminal, "", "")->format, Format::coloured_text);
  EXPECT_EQ(choose_options(terminal, "json", "")->format, Format::json);
  ::close(terminal);
}

TEST(ChooseOptions, refuses_unknown_words_with_key_value_and_choices) {
  EXPECT_EQ(choose_options(2, "xml", "").error(), "LOG_FORMAT must be json or text, got \"xml\"");
  EXPECT_EQ(choose_options(2, "", "loud").error(), "LOG_LEVEL must be debug, info, warn or error, got \"loud\"");
}

}  // namespace
}  // namespace hazard::base::log
