#include "app/config_documents.hpp"

#include <fmt/format.h>

#include "app/config_value.hpp"

namespace hazard::app {
namespace {

// As a TOML value: numbers and switches bare, texts quoted.
std::string toml_value(const Setting& setting) {
  const bool bare = std::holds_alternative<IntegerField>(setting.field) || std::holds_alternative<NumberField>(setting.field) ||
                    std::holds_alternative<DurationField>(setting.field) || is_switch(setting);
  if (bare) return std::string(setting.fallback);
  if (std::holds_alternative<WordsField>(setting.field) || std::holds_alternative<PortsField>(setting.field)) return "[]";
  return fmt::format("\"{}\"", setting.fallback);
}

constexpr std::string_view kMarkdownHead = R"(# Configuration

<!-- Made by `hazardstream config --markdown` from src/app/config_table.cpp; a test compares the two. -->

Every setting has one name in three spellings, shown here for `STREAMING_MAX_FPS`:

| where | how | example |
| --- | --- | --- |
| configuration file (TOML) | the name in lower case, at the top level | `streaming_max_fps = 15` |
| environment | the name | `STREAMING_MAX_FPS=15` |
| flag | lower case, dashes | `--streaming-max-fps 15` or `--streaming-max-fps=15` |

The later one wins: default, then file, then environment, then flag. The file is the one named by `--config FILE` or, without
that, by the environment variable `CONFIG_FILE`; without either there is none. [config/hazardstream.toml](../config/hazardstream.toml) is a
sample with every key at its default.

A wrong value, an unknown flag and an unknown key of the file stop the start: the message names the setting, the value, where it
came from, its range and the remedy. An environment variable that is set but empty counts as not set. An unknown environment
variable that begins with `STREAMING_` is reported and ignored. `hazardstream config` prints the values in effect and where each
came from.

Switches take true or false (also 1/0, yes/no, on/off); as a flag, `--allow-anonymous` alone means true. Choices are compared
without case.
)";

}  // namespace

std::string config_markdown() {
  std::string out(kMarkdownHead);
  std::optional<Group> group;
  for (const auto& setting : settings()) {
    if (group != setting.group) {
      group = setting.group;
      out += fmt::format("\n## {}\n\n| name | default | range | what it does |\n| --- | --- | --- | --- |\n", to_string(*group));
    }
    out += fmt::format("| `{}` | {} | {} | {} |\n", setting.environment,
                       setting.fallback.empty() ? "empty" : fmt::format("`{}`", setting.fallback), range_text(setting),
                       setting.help);
  }
  return out;
}

std::string config_toml() {
  std::string out =
      "# Every setting of hazardstream at its default. Take what you change, leave out the rest.\n"
      "# Use it with: hazardstream serve --config FILE. The environment and flags win over this file: see "
      "docs/configuration.md.\n"
      "# Made by `hazardstream config --toml`.\n";
  std::optional<Group> group;
  for (const auto& setting : settings()) {
    if (group != setting.group) {
      group = setting.group;
      out += fmt::format("\n# ---- {} ----\n", to_string(*group));
    }
    out += fmt::format("\n# {}\n# Range: {}.\n", setting.help, range_text(setting));
    // No size means "as exported", which has no value to write: an empty text stands for it.
    out += fmt::format("{} = {}\n", file_key(setting), toml_value(setting));
  }
  return out;
}

std::string config_in_effect(const LoadedConfig& config) {
  std::string out;
  for (const auto& setting : settings()) {
    const auto origin = config.origins.find(setting.environment);
    const auto value = value_text(config.values, setting);
    const bool hidden = setting.secret && !value.empty();
    out += fmt::format("{:<28} {:<28} {}\n", setting.environment, hidden ? "(set, not shown)" : fmt::format("\"{}\"", value),
                       origin == config.origins.end() ? "default" : origin->second);
  }
  return out;
}

}  // namespace hazard::app
