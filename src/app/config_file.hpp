// Reads the settings out of a TOML file: flat keys, one per setting. The only unit that knows the TOML library.
#pragma once

#include <expected>
#include <map>
#include <string>

#include "app/config.hpp"

namespace hazard::app {

struct FileValue {
  std::string text;    // as assign() reads it; an array's items joined by commas
  std::string origin;  // "hazardstream.toml line 3"
};

// By environment name. Unknown keys, sections and values of another kind are mistakes, all of them reported with their lines.
using FileValues = std::map<std::string, FileValue, std::less<>>;
std::expected<FileValues, ConfigMistakes> read_config_file(const std::string& path);

}  // namespace hazard::app
