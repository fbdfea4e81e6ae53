// One subcommand of the program: what it is called, what its --help says, which options it takes, and the function behind it.
// Each x_command.cpp makes one of these; command_table.cpp lists them; command_line.cpp parses for all of them. Main thread.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.hpp"

namespace hazard::app {

// What the process ends with; documented in `hazardstream --help`.
enum class ExitCode : int {
  ok = 0,
  failed = 1,        // it ran, and something did not go well
  usage = 2,         // the command line is wrong: nothing was done
  cannot_start = 3,  // a setting, the model or the port is wrong: nothing was served
};

// Says on standard error why a command ends with `code`, and gives the code back.
ExitCode complain(ExitCode code, std::string_view why);

// `--name VALUE`, or a switch when `value` is empty.
struct Option {
  std::string_view name;   // without dashes, as in "annotate"
  std::string_view value;  // what stands for the value in the help, as in "DIR"
  std::string_view help;
};

// Which settings of docs/configuration.md may be given as flags (model: those of the groups Model and Log). They are loaded before
// run(), from file and environment too, unless none.
enum class Settings { none, model, all };

// What a command is run with. Options not given are absent; switches given hold "true".
struct Invocation {
  std::vector<std::string> operands;
  std::map<std::string, std::string, std::less<>> options;
  LoadedConfig config;  // the defaults where Settings::none

  bool has(std::string_view option) const { return options.contains(option); }
  std::string_view value(std::string_view option, std::string_view otherwise = {}) const {
    const auto found = options.find(option);
    return found == options.end() ? otherwise : std::string_view(found->second);
  }
};

struct Command {
  std::string_view name;
  std::string_view summary;   // one line for the list of commands
  std::string_view operands;  // "FILE...", or empty
  std::size_t operands_min = 0;
  std::size_t operands_max = 0;
  std::span<const Option> options;  // must outlive the command: a static array
  Settings settings = Settings::none;
  std::string_view text;  // what it does, then examples: paragraphs, lines of at most 100 characters
  ExitCode (*run)(const Invocation&) = nullptr;
};

}  // namespace hazard::app
