#include "app/config_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/number_text.hpp"

namespace hazard::app {
namespace {

using Assigned = std::expected<void, std::string>;

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

std::string_view trimmed(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// A whole number within [least, most], or the end of a sentence.
std::expected<int, std::string> whole_number(std::string_view text, int least, int most) {
  const auto value = number_from<long long>(text);
  if (!value) return std::unexpected("is not a whole number");
  if (*value < least || *value > most) return std::unexpected("is out of range");
  return static_cast<int>(*value);
}

// The items between commas, without the space around them; an empty text has none.
std::vector<std::string_view> items(std::string_view text) {
  std::vector<std::string_view> found;
  if (trimmed(text).empty()) return found;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    found.push_back(trimmed(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return found;
}

constexpr int kInputStep = 32;  // the strides of the detector: 8, 16, 32
constexpr int kInputLeast = 64;
constexpr int kInputMost = 2048;

struct Assign {
  Config& config;
  std::string_view text;

  Assigned operator()(const IntegerField& field) const {
    const auto value = whole_number(text, field.least, field.most);
    if (!value) return std::unexpected(value.error());
    config.*field.member = *value;
    return {};
  }

  Assigned operator()(const NumberField& field) const {
    const auto value = number_from<double>(text);
    if (!value || !std::isfinite(*value)) return std::unexpected("is not a number");
    if (*value < field.least || *value > field.most) return std::unexpected("is out of range");
    config.*field.member = *value;
    return {};
  }

  Assigned operator()(const DurationField& field) const {
    const auto value = whole_number(text, field.least, field.most);
    if (!value) return std::unexpected(value.error());
    config.*field.member = std::chrono::milliseconds(static_cast<std::int64_t>(*value) * field.unit_ms);
    return {};
  }

  Assigned operator()(const SwitchField& field) const {
    const auto word = lowered(text);
    const bool yes = word == "true" || word == "1" || word == "yes" || word == "on";
    const bool no = word == "false" || word == "0" || word == "no" || word == "off";
    if (!yes && !no) return std::unexpected("is neither true nor false");
    config.*field.member = yes;
    return {};
  }

  Assigned operator()(const TextField& field) const {
    // Nothing at all is a value only of a setting whose own test says so.
    const bool accepted = field.accepts == nullptr ? !text.empty() : field.accepts(text);
    if (!accepted) return std::unexpected(text.empty() ? "is empty" : "is of another form");
    config.*field.member = std::string(text);
    return {};
  }

  Assigned operator()(const ChoiceField& field) const {
    const auto word = lowered(text);
    if (std::ranges::find(field.choices, word) == field.choices.end()) return std::unexpected("is none of the choices");
    config.*field.member = word;
    return {};
  }

  Assigned operator()(const SizeField& field) const {
    if (text.empty()) {
      (config.*field.member).reset();
      return {};
    }
    const auto cross = text.find_first_of("xX");
    if (cross == std::string_view::npos) return std::unexpected("is not of the form WIDTHxHEIGHT");
    const auto width = number_from<int>(text.substr(0, cross));
    const auto height = number_from<int>(text.substr(cross + 1));
    if (!width || !height) return std::unexpected("is not of the form WIDTHxHEIGHT");
    for (const int side : {*width, *height}) {
      if (side < kInputLeast || side > kInputMost) return std::unexpected("is out of range");
      if (side % kInputStep != 0) return std::unexpected(fmt::format("has a side that is no multiple of {}", kInputStep));
    }
    config.*field.member = domain::SizePx{*width, *height};
    return {};
  }

  Assigned operator()(const WordsField& field) const {
    std::vector<std::string> words;
    for (const auto item : items(text)) {
      if (item.empty()) return std::unexpected("has an empty item");
      if (!field.accepts(item)) return std::unexpected(fmt::format("has an item of another form: \"{}\"", item));
      words.emplace_back(item);
    }
    config.*field.member = std::move(words);
    return {};
  }

  Assigned operator()(const PortsField& field) const {
    std::vector<int> ports;
    for (const auto item : items(text)) {
      const auto port = whole_number(item, 1, 65535);
      if (!port) return std::unexpected(fmt::format("has an item that {}: \"{}\"", port.error(), item));
      ports.push_back(*port);
    }
    config.*field.member = std::move(ports);
    return {};
  }
};

std::string with_unit(std::string text, std::string_view unit) {
  if (!unit.empty()) text += fmt::format(" {}", unit);
  return text;
}

struct RangeText {
  std::string operator()(const IntegerField& field) const {
    return with_unit(fmt::format("{} to {}", field.least, field.most), field.unit);
  }
  std::string operator()(const NumberField& field) const {
    return with_unit(fmt::format("{} to {}", field.least, field.most), field.unit);
  }
  std::string operator()(const DurationField& field) const {
    return with_unit(fmt::format("{} to {}", field.least, field.most), field.unit);
  }
  std::string operator()(const SwitchField&) const { return "true or false"; }
  std::string operator()(const TextField& field) const { return std::string(field.form); }
  std::string operator()(const ChoiceField& field) const { return fmt::format("{}", fmt::join(field.choices, ", ")); }
  std::string operator()(const SizeField&) const {
    return fmt::format("WIDTHxHEIGHT, each {} to {} and a multiple of {}", kInputLeast, kInputMost, kInputStep);
  }
  std::string operator()(const WordsField& field) const { return std::string(field.form); }
  std::string operator()(const PortsField&) const { return "ports from 1 to 65535, separated by commas"; }
};

struct ValueText {
  const Config& config;

  std::string operator()(const IntegerField& field) const { return fmt::format("{}", config.*field.member); }
  std::string operator()(const NumberField& field) const { return fmt::format("{}", config.*field.member); }
  std::string operator()(const DurationField& field) const {
    return fmt::format("{}", (config.*field.member).count() / field.unit_ms);
  }
  std::string operator()(const SwitchField& field) const { return config.*field.member ? "true" : "false"; }
  std::string operator()(const TextField& field) const { return config.*field.member; }
  std::string operator()(const ChoiceField& field) const { return config.*field.member; }
  std::string operator()(const SizeField& field) const {
    const auto& size = config.*field.member;
    return size ? fmt::format("{}x{}", size->width, size->height) : std::string{};
  }
  std::string operator()(const WordsField& field) const { return fmt::format("{}", fmt::join(config.*field.member, ",")); }
  std::string operator()(const PortsField& field) const { return fmt::format("{}", fmt::join(config.*field.member, ",")); }
};

}  // namespace

std::string value_text(const Config& config, const Setting& setting) { return std::visit(ValueText{config}, setting.field); }

std::string file_key(const Setting& setting) { return lowered(setting.environment); }

std::string flag(const Setting& setting) {
  auto name = lowered(setting.environment);
  std::ranges::replace(name, '_', '-');
  return name;
}

std::string range_text(const Setting& setting) { return std::visit(RangeText{}, setting.field); }

bool is_switch(const Setting& setting) noexcept { return std::holds_alternative<SwitchField>(setting.field); }

std::expected<void, std::string> assign(Config& config, const Setting& setting, std::string_view text) {
  return std::visit(Assign{config, trimmed(text)}, setting.field);
}

}  // namespace hazard::app
