#include <fmt/format.h>

#include "app/command_table.hpp"
#include "app/version.hpp"

namespace hazard::app {
namespace {

ExitCode run(const Invocation&) {
  fmt::print("hazardstream {}\n", kVersion);
  return ExitCode::ok;
}

}  // namespace

Command version_command() {
  return {.name = "version",
          .summary = "print the version",
          .operands = {},
          .options = {},
          .settings = Settings::none,
          .text = "Prints the program's name and version.",
          .run = run};
}

}  // namespace hazard::app
