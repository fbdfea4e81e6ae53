#include <gtest/gtest.h>

#include <array>

#include "app/command_line.hpp"
#include "app/command_table.hpp"
#include "app/version.hpp"

namespace hazard::app {
namespace {

TEST(VersionCommand, answers_to_both_spellings) {
  const std::array commands{version_command()};
  for (const auto* word : {"version", "--version"}) {
    const std::array<std::string, 1> words{word};
    testing::internal::CaptureStdout();
    EXPECT_EQ(run_program(commands, words, {}), 0);
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "hazardstream " + std::string(kVersion) + "\n");
  }
}

}  // namespace
}  // namespace hazard::app
