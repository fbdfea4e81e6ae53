// One setting's text made into its value, and its names and range made into text. Pure functions over config_table.hpp.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "app/config_table.hpp"

namespace hazard::app {

std::string file_key(const Setting& setting);  // "streaming_max_fps"
std::string flag(const Setting& setting);      // "streaming-max-fps", without the dashes
std::string range_text(const Setting& setting);
bool is_switch(const Setting& setting) noexcept;

// The value as it could be written in the environment; reads back the same.
std::string value_text(const Config& config, const Setting& setting);

// Reads `text` into the setting's member. The error is the end of a sentence ("is not a whole number", "is out of range");
// nothing is changed then.
std::expected<void, std::string> assign(Config& config, const Setting& setting, std::string_view text);

}  // namespace hazard::app
