#include "app/config_file.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "app/config_value.hpp"
#include "app/did_you_mean.hpp"

namespace hazard::app {
namespace {

constexpr std::size_t kFileBytesMax = 1024 * 1024;

std::string line_of(const std::string& path, const toml::source_region& region) {
  return fmt::format("{} line {}", path, region.begin.line);
}

// The text form of a value, or nothing for a kind that no setting has (a date, a table, an array of those).
std::optional<std::string> text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return fmt::format("{}", number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  const auto* array = node.as_array();
  if (array == nullptr) return std::nullopt;
  std::string joined;
  for (const auto& item : *array) {
    if (item.is_array()) return std::nullopt;
    const auto text = text_of(item);
    if (!text) return std::nullopt;
    if (!joined.empty()) joined += ',';
    joined += *text;
  }
  return joined;
}

const Setting* setting_of(std::string_view key) {
  for (const auto& setting : settings()) {
    if (file_key(setting) == key) return &setting;
  }
  return nullptr;
}

std::vector<std::string> known_keys() {
  std::vector<std::string> keys;
  for (const auto& setting : settings()) keys.push_back(file_key(setting));
  return keys;
}

// The library throws; nothing of that leaves this function.
std::expected<toml::table, std::string> parse(const std::string& content, const std::string& path) {
  try {
    return toml::parse(content, path);
  } catch (const toml::parse_error& error) {
    return std::unexpected(fmt::format("{}: {}.\n  Remedy: write one `key = value` a line, texts in double quotes.",
                                       line_of(path, error.source()), error.description()));
  }
}

}  // namespace

std::expected<FileValues, ConfigMistakes> read_config_file(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return std::unexpected(ConfigMistakes{
        fmt::format("CONFIG_FILE = \"{}\": there is no such file.\n"
                    "  Remedy: give the path of a TOML file (hazardstream config --toml prints a sample), or leave it out.",
                    path)});
  }
  std::ifstream stream(path, std::ios::binary);
  std::string content(std::istreambuf_iterator<char>(stream), {});
  if (!stream.good() && !stream.eof())
    return std::unexpected(ConfigMistakes{fmt::format("CONFIG_FILE = \"{}\": cannot be read.", path)});
  if (content.size() > kFileBytesMax)
    return std::unexpected(ConfigMistakes{fmt::format("CONFIG_FILE = \"{}\": is larger than 1 MiB.", path)});

  const auto table = parse(content, path);
  if (!table) return std::unexpected(ConfigMistakes{table.error()});
  FileValues values;
  ConfigMistakes mistakes;
  const auto known = known_keys();
  for (const auto& [key, node] : *table) {
    const auto origin = line_of(path, node.source());
    const auto* setting = setting_of(key.str());
    if (setting == nullptr) {
      mistakes.push_back(fmt::format(
          "{}: there is no setting '{}'.{}\n  Remedy: see docs/configuration.md; keys stand at the top level, without sections.",
          origin, key.str(), did_you_mean(key.str(), known)));
      continue;
    }
    if (auto text = text_of(node)) {
      values[std::string(setting->environment)] = {std::move(*text), origin};
    } else {
      mistakes.push_back(
          fmt::format("{}: '{}' has a value of another kind.\n  Range: {}.", origin, key.str(), range_text(*setting)));
    }
  }
  if (!mistakes.empty()) return std::unexpected(std::move(mistakes));
  return values;
}

}  // namespace hazard::app
