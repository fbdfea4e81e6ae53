#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "app/command_line.hpp"
#include "app/command_table.hpp"

namespace hazard::app {
namespace {

using testing::HasSubstr;

std::pair<int, std::string> check_model(std::vector<std::string> words) {
  words.insert(words.begin(), "check-model");
  const std::array commands{check_model_command()};
  testing::internal::CaptureStdout();
  const int code = run_program(commands, words, {});
  return {code, testing::internal::GetCapturedStdout()};
}

TEST(CheckModelCommand, a_missing_folder_is_not_usable) {
  const auto [code, said] = check_model({"/nonexistent"});
  EXPECT_EQ(code, 1);
  EXPECT_THAT(said, HasSubstr("no such file or folder"));
  EXPECT_THAT(said, HasSubstr("usable: no"));
}

TEST(CheckModelCommand, a_folder_without_a_model_is_not_usable) {
  const auto [code, said] = check_model({std::string(HAZARD_SOURCE_DIR) + "/config"});
  EXPECT_EQ(code, 1);
  EXPECT_THAT(said, HasSubstr("no .xml and no .onnx"));
}

}  // namespace
}  // namespace hazard::app
