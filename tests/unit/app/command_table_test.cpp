#include "app/command_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "app/command_line.hpp"
#include "app/config_value.hpp"

namespace hazard::app {
namespace {

using testing::HasSubstr;

TEST(CommandTable, names_are_unique) {
  std::set<std::string_view> names;
  for (const auto& command : commands()) EXPECT_TRUE(names.insert(command.name).second) << command.name;
}

TEST(CommandTable, every_command_explains_itself) {
  for (const auto& command : commands()) {
    EXPECT_NE(command.run, nullptr) << command.name;
    EXPECT_FALSE(command.summary.empty()) << command.name;
    EXPECT_GT(command.text.size(), 30U) << command.name;
    const auto help = command_help(command);
    EXPECT_THAT(help, HasSubstr("--help")) << command.name;
    EXPECT_THAT(help, HasSubstr("Exit codes")) << command.name;
  }
}

TEST(CommandTable, every_command_with_options_shows_an_example) {
  for (const auto& command : commands()) {
    if (command.options.empty() && command.settings == Settings::none) continue;
    EXPECT_THAT(std::string(command.text), HasSubstr("Examples:\n  hazardstream " + std::string(command.name))) << command.name;
  }
}

TEST(CommandTable, help_lines_fit_a_terminal) {
  for (const auto& command : commands()) {
    std::string_view rest = command.text;
    while (!rest.empty()) {
      const auto line = rest.substr(0, rest.find('\n'));
      EXPECT_LE(line.size(), 120U) << command.name << ": " << line;
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    }
  }
}

TEST(CommandTable, no_option_hides_a_setting) {
  for (const auto& command : commands()) {
    for (const auto& option : command.options) {
      EXPECT_FALSE(option.help.empty()) << command.name << " --" << option.name;
      EXPECT_NE(option.name, "help");
      EXPECT_NE(option.name, "config");
      if (command.settings == Settings::none) continue;
      for (const auto& setting : settings()) EXPECT_NE(option.name, flag(setting)) << command.name;
    }
  }
}

TEST(CommandTable, the_general_help_names_every_command_and_the_first_steps) {
  const auto help = general_help(commands());
  for (const auto& command : commands()) EXPECT_THAT(help, HasSubstr(std::string(command.name)));
  EXPECT_THAT(help, HasSubstr("http://127.0.0.1:8080"));
  EXPECT_THAT(help, HasSubstr("Exit codes"));
}

}  // namespace
}  // namespace hazard::app
