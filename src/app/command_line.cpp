#include "app/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "app/config_value.hpp"
#include "app/did_you_mean.hpp"

namespace hazard::app {
namespace {

bool takes(const Command& command, const Setting& setting) noexcept {
  switch (command.settings) {
    case Settings::none: return false;
    case Settings::model: return setting.group == Group::model || setting.group == Group::log;
    case Settings::all: return true;
  }
  return false;
}

// Where one flag's value goes.
struct Target {
  std::string* value = nullptr;
  bool needs_value = true;
};

// One command line on its way through. Flags are looked up in the order: --help, --config, the command's own, settings.
class Parser {
 public:
  Parser(const Command& command, std::span<const std::string> words) : command_(command), words_(words) {}

  std::expected<ParsedLine, std::string> run() {
    bool only_operands = false;  // behind a bare --
    while (at_ < words_.size()) {
      const std::string& word = words_[at_++];
      if (!only_operands && word == "--") {
        only_operands = true;
      } else if (!only_operands && (word == "-h" || word == "--help")) {
        line_.help = true;
        return std::move(line_);
      } else if (!only_operands && word.size() > 1 && word.starts_with('-')) {
        if (auto taken = take_flag(word); !taken) return std::unexpected(std::move(taken.error()));
      } else {
        line_.invocation.operands.push_back(word);
      }
    }
    if (auto counted = count_operands(); !counted) return std::unexpected(std::move(counted.error()));
    return std::move(line_);
  }

 private:
  std::expected<void, std::string> take_flag(const std::string& word) {
    const auto equals = word.find('=');
    const auto name = word.starts_with("--") ? word.substr(2, equals == std::string::npos ? equals : equals - 2) : std::string{};
    const auto target = find(name);
    if (target.value == nullptr) {
      return std::unexpected(fmt::format("'{}' takes no '{}'.{}", command_.name, word.substr(0, equals),
                                         did_you_mean(name.empty() ? word.substr(1) : name, known_flags(), "--")));
    }
    if (equals != std::string::npos) {
      *target.value = word.substr(equals + 1);
    } else if (target.needs_value) {
      if (at_ == words_.size()) return std::unexpected(fmt::format("'--{}' needs a value behind it.", name));
      *target.value = words_[at_++];
    } else {
      *target.value = "true";
      // `--allow-anonymous false` means what it says; any other next word is not this switch's.
      if (at_ < words_.size() && (words_[at_] == "true" || words_[at_] == "false")) *target.value = words_[at_++];
    }
    return {};
  }

  Target find(std::string_view name) {
    if (name.empty()) return {};
    if (name == "config" && command_.settings != Settings::none) return {&line_.config_file, true};
    for (const auto& option : command_.options) {
      if (option.name == name) return {&line_.invocation.options[std::string(name)], !option.value.empty()};
    }
    for (const auto& setting : settings()) {
      if (takes(command_, setting) && flag(setting) == name)
        return {&line_.settings[std::string(setting.environment)], !is_switch(setting)};
    }
    return {};
  }

  std::vector<std::string> known_flags() const {
    std::vector<std::string> known{"help"};
    if (command_.settings != Settings::none) known.emplace_back("config");
    for (const auto& option : command_.options) known.emplace_back(option.name);
    for (const auto& setting : settings()) {
      if (takes(command_, setting)) known.push_back(flag(setting));
    }
    return known;
  }

  std::expected<void, std::string> count_operands() const {
    const auto& operands = line_.invocation.operands;
    if (operands.size() < command_.operands_min)
      return std::unexpected(fmt::format("'{}' needs {}.", command_.name, command_.operands));
    if (operands.size() > command_.operands_max) {
      return std::unexpected(fmt::format("'{}' has no use for '{}'.", command_.name, operands[command_.operands_max]));
    }
    return {};
  }

  const Command& command_;
  std::span<const std::string> words_;
  std::size_t at_ = 0;
  ParsedLine line_;
};

std::string option_line(std::string_view name, std::string_view value, std::string_view help) {
  const auto left = value.empty() ? fmt::format("--{}", name) : fmt::format("--{} {}", name, value);
  return fmt::format("  {:<36} {}\n", left, help);
}

constexpr std::string_view kExitCodes =
    "Exit codes: 0 done; 1 it ran and something failed; 2 the command line is wrong; 3 it cannot start (a setting, the\n"
    "model or the port is wrong; the message says which).\n";

void print_mistakes(const ConfigMistakes& mistakes) {
  for (const auto& mistake : mistakes) fmt::print(stderr, "hazardstream cannot start: {}\n", mistake);
}

int wrong_usage(std::string_view message, std::string_view help_command) {
  fmt::print(stderr, "hazardstream: {}\nSee: hazardstream {}\n", message, help_command);
  return static_cast<int>(ExitCode::usage);
}

int run_command(const Command& command, std::span<const std::string> words, const Environment& environment) {
  auto line = parse(command, words);
  if (!line) return wrong_usage(line.error(), fmt::format("{} --help", command.name));
  if (line->help) {
    fmt::print("{}", command_help(command));
    return static_cast<int>(ExitCode::ok);
  }
  ConfigSources sources;
  if (command.settings != Settings::none) {
    sources = {.flags = std::move(line->settings), .environment = environment, .file = line->config_file};
    const auto file = environment.find("CONFIG_FILE");
    if (sources.file.empty() && file != environment.end()) sources.file = file->second;
  }
  auto config = load_config(sources);
  if (!config) {
    print_mistakes(config.error());
    return static_cast<int>(ExitCode::cannot_start);
  }
  for (const auto& warning : config->warnings) fmt::print(stderr, "hazardstream: {}\n", warning);
  line->invocation.config = std::move(*config);
  return static_cast<int>(command.run(line->invocation));
}

}  // namespace

std::expected<ParsedLine, std::string> parse(const Command& command, std::span<const std::string> words) {
  return Parser(command, words).run();
}

std::string general_help(std::span<const Command> commands) {
  std::string out =
      "hazardstream finds cracks and potholes in live camera frames, and answers every frame.\n\n"
      "  hazardstream COMMAND [options]\n\nCommands:\n";
  for (const auto& command : commands) out += fmt::format("  {:<12} {}\n", command.name, command.summary);
  out +=
      "\nFirst steps:\n"
      "  hazardstream serve                      then open http://127.0.0.1:8080 in a browser\n"
      "  hazardstream detect road.jpg            the hazards of one picture as JSON\n"
      "  hazardstream serve --help               what a command does, its options and examples\n\n";
  out += kExitCodes;
  return out;
}

std::string command_help(const Command& command) {
  std::string out = fmt::format("hazardstream {}{}{} [options]\n\n{}\n", command.name, command.operands.empty() ? "" : " ",
                                command.operands, command.text);
  out += "\nOptions:\n";
  for (const auto& option : command.options) out += option_line(option.name, option.value, option.help);
  if (command.settings != Settings::none) out += option_line("config", "FILE", "read settings from this TOML file");
  out += option_line("help", "", "this text");
  if (command.settings != Settings::none) {
    out += "\nSettings (each also in the environment, --port as PORT, and in the file; docs/configuration.md says more):\n";
    for (const auto& setting : settings()) {
      if (!takes(command, setting)) continue;
      const auto fallback = setting.fallback.empty() ? std::string{} : fmt::format(" [{}]", setting.fallback);
      out += option_line(flag(setting), is_switch(setting) ? "" : "VALUE", fmt::format("{}{}", setting.help, fallback));
    }
  }
  out += fmt::format("\n{}", kExitCodes);
  return out;
}

int run_program(std::span<const Command> commands, std::span<const std::string> words, const Environment& environment) {
  if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    if (words.size() > 1 && words[0] == "help") {
      const std::array<std::string, 2> turned{words[1], "--help"};
      return run_program(commands, turned, environment);
    }
    fmt::print("{}", general_help(commands));
    return static_cast<int>(words.empty() ? ExitCode::usage : ExitCode::ok);
  }
  const std::string name = words[0] == "--version" ? "version" : words[0];
  const auto found = std::ranges::find(commands, name, &Command::name);
  if (found != commands.end()) return run_command(*found, words.subspan(1), environment);
  std::vector<std::string> known;
  for (const auto& command : commands) known.emplace_back(command.name);
  return wrong_usage(fmt::format("there is no command '{}'.{}", name, did_you_mean(name, known)), "--help");
}

}  // namespace hazard::app
