// From the words of a command line to one command's run: parsing, help, settings, exit code. Main thread.
#pragma once

#include <expected>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/command.hpp"

namespace hazard::app {

using Environment = std::map<std::string, std::string, std::less<>>;

// What a person wrote behind the command's name, before settings are loaded.
struct ParsedLine {
  Invocation invocation;                                     // without its config
  std::map<std::string, std::string, std::less<>> settings;  // by environment name
  std::string config_file;                                   // --config; empty when not given
  bool help = false;
};

// The error is a sentence that names the word and, where one is near, what was meant.
std::expected<ParsedLine, std::string> parse(const Command& command, std::span<const std::string> words);

std::string general_help(std::span<const Command> commands);
std::string command_help(const Command& command);

// The whole program but for main(): writes to standard output and standard error, returns the process's exit code.
int run_program(std::span<const Command> commands, std::span<const std::string> words, const Environment& environment);

}  // namespace hazard::app
