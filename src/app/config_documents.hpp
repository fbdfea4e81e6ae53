// The settings as documents: docs/configuration.md and the sample file config/hazardstream.toml are exactly these texts, and a
// test compares them. After a change of the table: `hazardstream config --markdown > docs/configuration.md`, and --toml.
#pragma once

#include <string>

#include "app/config.hpp"

namespace hazard::app {

std::string config_markdown();
std::string config_toml();

// What `hazardstream config` prints: each setting's value in effect and where it came from.
std::string config_in_effect(const LoadedConfig& config);

}  // namespace hazard::app
