// The one table of settings: environment name, default, range and help of each. File key and flag follow from the environment
// name (STREAMING_MAX_FPS, streaming_max_fps, --streaming-max-fps), so that a name is learned once. docs/configuration.md and
// config/hazardstream.toml are generated from it. Immutable; callable from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "app/config.hpp"

namespace hazard::app {

struct IntegerField {
  int Config::* member;
  int least;
  int most;
  std::string_view unit;
};
struct NumberField {
  double Config::* member;
  double least;
  double most;
  std::string_view unit;
};
// Written as a whole number of `unit_ms`.
struct DurationField {
  std::chrono::milliseconds Config::* member;
  int unit_ms;
  int least;
  int most;
  std::string_view unit;
};
struct SwitchField {
  bool Config::* member;
};
// `accepts` says whether the text is of the form that `form` describes; null: any but the empty text.
struct TextField {
  std::string Config::* member;
  std::string_view form;
  bool (*accepts)(std::string_view);
};
// Compared without case, stored in lower case.
struct ChoiceField {
  std::string Config::* member;
  std::span<const std::string_view> choices;
};
struct SizeField {
  std::optional<domain::SizePx> Config::* member;
};
// Separated by commas; a TOML array in the file. Empty: none.
struct WordsField {
  std::vector<std::string> Config::* member;
  std::string_view form;
  bool (*accepts)(std::string_view);
};
struct PortsField {
  std::vector<int> Config::* member;
};

using Field = std::variant<IntegerField, NumberField, DurationField, SwitchField, TextField, ChoiceField, SizeField, WordsField,
                           PortsField>;

enum class Group : std::uint8_t { server, model, streaming, reports, webhooks, log };
std::string_view to_string(Group group) noexcept;

struct Setting {
  std::string_view environment;
  Group group;
  std::string_view fallback;  // the default, as it would be written
  Field field;
  std::string_view help;
  bool secret = false;  // its value is never printed
};

std::span<const Setting> settings() noexcept;
const Setting* find_setting(std::string_view environment) noexcept;

}  // namespace hazard::app
