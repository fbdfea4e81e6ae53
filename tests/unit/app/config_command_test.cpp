#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "app/command_line.hpp"
#include "app/command_table.hpp"
#include "app/config_documents.hpp"

namespace hazard::app {
namespace {

using testing::HasSubstr;

std::pair<int, std::string> config(std::vector<std::string> words, const Environment& environment = {}) {
  words.insert(words.begin(), "config");
  const std::array commands{config_command()};
  testing::internal::CaptureStdout();
  const int code = run_program(commands, words, environment);
  return {code, testing::internal::GetCapturedStdout()};
}

TEST(ConfigCommand, prints_what_holds_and_where_it_came_from) {
  const auto [code, said] = config({"--port", "9000"}, {{"LOG_LEVEL", "warn"}});
  EXPECT_EQ(code, 0);
  EXPECT_THAT(said, testing::ContainsRegex("PORT +\"9000\" +--port"));
  EXPECT_THAT(said, testing::ContainsRegex("LOG_LEVEL +\"warn\" +environment"));
}

TEST(ConfigCommand, prints_the_documents) {
  EXPECT_EQ(config({"--markdown"}).second, config_markdown());
  EXPECT_EQ(config({"--toml"}).second, config_toml());
}

TEST(ConfigCommand, tells_a_wrong_value_like_the_start_of_the_server) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(config({"--port", "70000"}).first, 3);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("PORT = \"70000\" (--port) is out of range"));
}

}  // namespace
}  // namespace hazard::app
