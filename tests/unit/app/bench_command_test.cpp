// What `hazardstream bench` refuses. What it measures is tested in calibration_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "app/command_line.hpp"
#include "app/command_table.hpp"

namespace hazard::app {
namespace {

int bench(std::vector<std::string> words) {
  words.insert(words.begin(), "bench");
  const std::array commands{bench_command()};
  testing::internal::CaptureStderr();
  const int code = run_program(commands, words, {});
  testing::internal::GetCapturedStderr();
  return code;
}

TEST(BenchCommand, measures_for_1_to_600_seconds) {
  for (const auto* seconds : {"0", "601", "-1", "five", "1.5", ""}) EXPECT_EQ(bench({"--seconds", seconds}), 2) << seconds;
  // Within the range the next thing that is wrong is told.
  for (const auto* seconds : {"1", "600"}) EXPECT_EQ(bench({"--seconds", seconds, "--model-path", "/nonexistent"}), 3) << seconds;
}

TEST(BenchCommand, a_missing_picture_fails) {
  const auto model = std::string(HAZARD_SOURCE_DIR) + "/models/hazard-yolo12n";
  EXPECT_EQ(bench({"--picture", "/nonexistent.jpg", "--model-path", model}), 1);
}

}  // namespace
}  // namespace hazard::app
