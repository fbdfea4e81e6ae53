#include <fmt/format.h>

#include <array>

#include "app/command_table.hpp"
#include "app/config_documents.hpp"

namespace hazard::app {
namespace {

constexpr std::array<Option, 2> kOptions{{
    {"markdown", "", "print docs/configuration.md: every setting with its range and reason"},
    {"toml", "", "print a sample configuration file with every setting at its default"},
}};

ExitCode run(const Invocation& invocation) {
  if (invocation.has("markdown")) {
    fmt::print("{}", config_markdown());
  } else if (invocation.has("toml")) {
    fmt::print("{}", config_toml());
  } else {
    fmt::print("{}", config_in_effect(invocation.config));
  }
  return ExitCode::ok;
}

}  // namespace

Command config_command() {
  return {
      .name = "config",
      .summary = "print the settings in effect, or all there are",
      .operands = {},
      .options = kOptions,
      .settings = Settings::all,
      .text = R"(Prints each setting's value in effect and where it came from: the default, the file, the environment or a flag.
A wrong value is told like at the start of the server, so this also checks a configuration before it is used.

Examples:
  hazardstream config                                   what would hold now
  hazardstream config --config hazardstream.toml        what would hold with this file
  hazardstream config --toml > hazardstream.toml        begin a file of one's own)",
      .run = run};
}

}  // namespace hazard::app
