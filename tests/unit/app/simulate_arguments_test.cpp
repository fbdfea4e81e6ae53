// The flags of `hazardstream simulate`; what it renders is tested in simulate_command_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>

#include "app/command_line.hpp"
#include "app/command_table.hpp"

namespace hazard::app {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// Exit code and what was written to standard error.
std::pair<int, std::string> simulate(std::vector<std::string> words) {
  words.insert(words.begin(), "simulate");
  const std::array commands{simulate_command()};
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = run_program(commands, words, {});
  testing::internal::GetCapturedStdout();
  return {code, testing::internal::GetCapturedStderr()};
}

TEST(SimulateArguments, flags_reach_the_drive) {
  const auto folder = fs::temp_directory_path() / "hazardstream-simulate-arguments";
  fs::remove_all(folder);
  const auto [code, told] = simulate({folder.string(), "--count", "2", "--width", "64", "--height", "48", "--seed=7"});
  EXPECT_EQ(code, 0) << told;
  EXPECT_TRUE(fs::exists(folder / "000002.jpg"));
  EXPECT_FALSE(fs::exists(folder / "000003.jpg"));
  fs::remove_all(folder);
}

TEST(SimulateArguments, what_is_no_number_is_wrong_usage) {
  for (const auto* flag : {"--count", "--seed", "--width", "--fps", "--darkness"}) {
    const auto [code, told] = simulate({flag, "many"});
    EXPECT_EQ(code, 2) << flag;
    EXPECT_THAT(told, HasSubstr(std::string(flag) + " takes a number, not 'many'."));
  }
  EXPECT_EQ(simulate({"--count", "1.5"}).first, 2);
  EXPECT_EQ(simulate({"--seed", "-1"}).first, 2);
}

TEST(SimulateArguments, a_number_out_of_range_is_wrong_usage) {
  EXPECT_EQ(simulate({"--quality", "101"}).first, 2);
  EXPECT_EQ(simulate({"--count", "0"}).first, 2);
}

TEST(SimulateArguments, takes_one_folder) { EXPECT_EQ(simulate({"a", "b"}).first, 2); }

}  // namespace
}  // namespace hazard::app
