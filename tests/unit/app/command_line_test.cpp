#include "app/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace hazard::app {
namespace {

using testing::HasSubstr;
using testing::internal::CaptureStderr;
using testing::internal::CaptureStdout;
using testing::internal::GetCapturedStderr;
using testing::internal::GetCapturedStdout;

constexpr std::array<Option, 2> kOptions{{{"format", "FORMAT", "how"}, {"loud", "", "a switch"}}};

Invocation last_run;

ExitCode remember(const Invocation& invocation) {
  last_run = invocation;
  return ExitCode::ok;
}

Command command(Settings settings, std::size_t operands_max = 2) {
  return {.name = "look",
          .summary = "looks",
          .operands = "[FILE...]",
          .operands_max = operands_max,
          .options = kOptions,
          .settings = settings,
          .text = "Looks at it.",
          .run = remember};
}

using Words = std::vector<std::string>;

std::string parse_error(const Command& what, const Words& words) {
  const auto line = parse(what, words);
  return line ? "" : line.error();
}

struct Run {
  int code;
  std::string out;
  std::string err;
};
Run run(const Words& words, const Environment& environment = {}) {
  const std::array commands{command(Settings::all)};
  CaptureStdout();
  CaptureStderr();
  const int code = run_program(commands, words, environment);
  return {code, GetCapturedStdout(), GetCapturedStderr()};
}

TEST(CommandLine, takes_values_behind_a_space_and_behind_an_equals_sign) {
  for (const auto& words : {Words{"--format", "csv", "a", "--loud", "b"}, Words{"a", "b", "--format=csv", "--loud"}}) {
    const auto line = parse(command(Settings::none), words);
    ASSERT_TRUE(line) << line.error();
    EXPECT_EQ(line->invocation.value("format"), "csv");
    EXPECT_TRUE(line->invocation.has("loud"));
    EXPECT_EQ(line->invocation.operands, (Words{"a", "b"}));
  }
}

TEST(CommandLine, options_not_given_are_absent) {
  const auto line = parse(command(Settings::none), Words{});
  ASSERT_TRUE(line);
  EXPECT_FALSE(line->invocation.has("format"));
  EXPECT_EQ(line->invocation.value("format", "json"), "json");
}

TEST(CommandLine, words_behind_two_dashes_are_operands) {
  const auto line = parse(command(Settings::none), Words{"--", "--format", "-x"});
  ASSERT_TRUE(line);
  EXPECT_EQ(line->invocation.operands, (Words{"--format", "-x"}));
}

TEST(CommandLine, a_single_dash_is_an_operand) {
  const auto line = parse(command(Settings::none), Words{"-"});
  ASSERT_TRUE(line);
  EXPECT_EQ(line->invocation.operands, Words{"-"});
}

TEST(CommandLine, settings_are_flags_where_the_command_takes_them) {
  const auto line = parse(command(Settings::all), Words{"--port", "9000", "--allow-anonymous", "--config=c.toml"});
  ASSERT_TRUE(line);
  EXPECT_EQ(line->settings.at("PORT"), "9000");
  EXPECT_EQ(line->settings.at("ALLOW_ANONYMOUS"), "true");
  EXPECT_EQ(line->config_file, "c.toml");
  EXPECT_NE(parse_error(command(Settings::none), {"--port", "9000"}), "");
  EXPECT_NE(parse_error(command(Settings::model), {"--port", "9000"}), "");
  EXPECT_EQ(parse_error(command(Settings::model), {"--model-path", "m"}), "");
}

TEST(CommandLine, a_switch_takes_only_true_or_false_as_its_value) {
  const auto off = parse(command(Settings::all), Words{"--allow-anonymous", "false"});
  ASSERT_TRUE(off);
  EXPECT_EQ(off->settings.at("ALLOW_ANONYMOUS"), "false");
  const auto operand = parse(command(Settings::all), Words{"--allow-anonymous", "file"});
  ASSERT_TRUE(operand);
  EXPECT_EQ(operand->settings.at("ALLOW_ANONYMOUS"), "true");
  EXPECT_EQ(operand->invocation.operands, Words{"file"});
}

TEST(CommandLine, the_last_of_a_repeated_flag_wins) {
  const auto line = parse(command(Settings::all), Words{"--port", "1", "--port", "2"});
  ASSERT_TRUE(line);
  EXPECT_EQ(line->settings.at("PORT"), "2");
}

TEST(CommandLine, an_unknown_flag_is_refused_with_the_nearest_one) {
  EXPECT_EQ(parse_error(command(Settings::all), {"--prot", "1"}), "'look' takes no '--prot'. Did you mean '--port'?");
  EXPECT_EQ(parse_error(command(Settings::all), {"--fromat=csv"}), "'look' takes no '--fromat'. Did you mean '--format'?");
  EXPECT_EQ(parse_error(command(Settings::none), {"--zzzzzz"}), "'look' takes no '--zzzzzz'.");
  EXPECT_NE(parse_error(command(Settings::none), {"-x"}), "");
}

TEST(CommandLine, a_flag_without_its_value_is_refused) {
  EXPECT_EQ(parse_error(command(Settings::none), {"--format"}), "'--format' needs a value behind it.");
}

TEST(CommandLine, counts_operands) {
  auto what = command(Settings::none, 1);
  EXPECT_EQ(parse_error(what, {"a"}), "");
  EXPECT_EQ(parse_error(what, {"a", "b"}), "'look' has no use for 'b'.");
  what.operands_min = 1;
  EXPECT_EQ(parse_error(what, {}), "'look' needs [FILE...].");
}

TEST(CommandLine, help_is_answered_whatever_else_is_missing) {
  auto what = command(Settings::none, 1);
  what.operands_min = 1;
  const auto line = parse(what, Words{"--help"});
  ASSERT_TRUE(line);
  EXPECT_TRUE(line->help);
}

TEST(RunProgram, runs_the_named_command_with_merged_settings) {
  const auto done = run({"look", "--port", "9000"}, {{"PORT", "1"}, {"LOG_LEVEL", "warn"}});
  EXPECT_EQ(done.code, 0);
  EXPECT_EQ(last_run.config.values.port, 9000);
  EXPECT_EQ(last_run.config.values.log_level, "warn");
}

TEST(RunProgram, an_unknown_command_is_wrong_usage_with_the_nearest_one) {
  const auto done = run({"lok"});
  EXPECT_EQ(done.code, 2);
  EXPECT_THAT(done.err, HasSubstr("there is no command 'lok'. Did you mean 'look'?"));
  EXPECT_EQ(done.out, "");
}

TEST(RunProgram, a_wrong_flag_is_wrong_usage) { EXPECT_EQ(run({"look", "--prot", "1"}).code, 2); }

TEST(RunProgram, a_wrong_setting_cannot_start) {
  const auto done = run({"look"}, {{"PORT", "high"}});
  EXPECT_EQ(done.code, 3);
  EXPECT_THAT(done.err, HasSubstr("PORT = \"high\" (environment) is not a whole number."));
  EXPECT_THAT(done.err, HasSubstr("Range: 0 to 65535."));
}

TEST(RunProgram, a_missing_configuration_file_cannot_start) {
  EXPECT_EQ(run({"look", "--config", "/nonexistent.toml"}).code, 3);
  EXPECT_EQ(run({"look"}, {{"CONFIG_FILE", "/nonexistent.toml"}}).code, 3);
}

TEST(RunProgram, a_stray_variable_is_told_and_the_command_runs) {
  const auto done = run({"look"}, {{"STREAMING_MAXFPS", "5"}});
  EXPECT_EQ(done.code, 0);
  EXPECT_THAT(done.err, HasSubstr("STREAMING_MAX_FPS"));
}

TEST(RunProgram, without_a_command_shows_the_help_and_is_wrong_usage) {
  const auto done = run({});
  EXPECT_EQ(done.code, 2);
  EXPECT_THAT(done.out, HasSubstr("Commands:"));
}

TEST(RunProgram, help_comes_in_every_spelling) {
  for (const auto& words : {Words{"--help"}, Words{"-h"}, Words{"help"}}) {
    const auto done = run(words);
    EXPECT_EQ(done.code, 0);
    EXPECT_THAT(done.out, HasSubstr("look"));
  }
  for (const auto& words : {Words{"look", "--help"}, Words{"look", "-h"}, Words{"help", "look"}}) {
    const auto done = run(words);
    EXPECT_EQ(done.code, 0);
    EXPECT_THAT(done.out, HasSubstr("--format FORMAT"));
    EXPECT_THAT(done.out, HasSubstr("--port VALUE"));
  }
}

}  // namespace
}  // namespace hazard::app
