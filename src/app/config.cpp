#include "app/config.hpp"

#include <fmt/format.h>

#include "app/config_file.hpp"
#include "app/config_value.hpp"
#include "app/did_you_mean.hpp"
#include "app/receivers.hpp"
#include "base/check.hpp"
#include "serve/origin_policy.hpp"

namespace hazard::app {
namespace {

std::string mistake(const Setting& setting, std::string_view text, std::string_view origin, std::string_view what) {
  return fmt::format("{} = \"{}\" ({}) {}.\n  Range: {}.\n  Remedy: set {} within it, or leave it out: the default is {}.",
                     setting.environment, setting.secret ? "(not shown)" : text, origin,
                     setting.secret ? "is of another form" : what, range_text(setting), setting.environment,
                     setting.fallback.empty() ? "empty" : setting.fallback);
}

// One source over what earlier ones left.
struct Merge {
  LoadedConfig loaded;
  ConfigMistakes mistakes;

  void take(const Setting& setting, std::string_view text, std::string origin) {
    if (const auto done = assign(loaded.values, setting, text); !done) {
      mistakes.push_back(mistake(setting, text, origin, done.error()));
      return;
    }
    loaded.origins[std::string(setting.environment)] = std::move(origin);
  }
};

// A name that looks like one of ours and is none sets nothing: say so.
std::vector<std::string> stray_variables(const std::map<std::string, std::string, std::less<>>& environment) {
  std::vector<std::string> warnings;
  std::vector<std::string> known;
  for (const auto& setting : settings()) known.emplace_back(setting.environment);
  for (const auto& [name, value] : environment) {
    if (!name.starts_with("STREAMING_") || find_setting(name) != nullptr) continue;
    warnings.push_back(
        fmt::format("The environment variable {} is no setting and has no effect.{}", name, did_you_mean(name, known)));
  }
  return warnings;
}

void check_together(const Config& config, const LoadedConfig& loaded, ConfigMistakes& mistakes) {
  if (const auto receivers = outgoing::read_options(receiver_settings(config)); !receivers)
    mistakes.push_back(fmt::format("{}\n  Remedy: see docs/webhooks.md.", receivers.error().message));
  if (config.default_fps <= config.max_fps) return;
  const auto origin = loaded.origins.find("STREAMING_DEFAULT_FPS");
  mistakes.push_back(fmt::format(
      "STREAMING_DEFAULT_FPS = \"{}\" ({}) is more than STREAMING_MAX_FPS = \"{}\".\n  Remedy: lower the one or raise the other.",
      config.default_fps, origin == loaded.origins.end() ? "default" : origin->second, config.max_fps));
}

}  // namespace

std::expected<LoadedConfig, ConfigMistakes> load_config(const ConfigSources& sources) {
  Merge merge;
  for (const auto& setting : settings()) HAZARD_CHECK(assign(merge.loaded.values, setting, setting.fallback).has_value());

  FileValues file;
  if (!sources.file.empty()) {
    auto read = read_config_file(sources.file);
    if (!read) return std::unexpected(std::move(read.error()));
    file = std::move(*read);
  }
  for (const auto& setting : settings()) {
    const auto& name = setting.environment;
    if (const auto found = file.find(name); found != file.end()) merge.take(setting, found->second.text, found->second.origin);
    // An empty variable counts as none: container files often pass `NAME=` along.
    const auto variable = sources.environment.find(name);
    if (variable != sources.environment.end() && !variable->second.empty()) merge.take(setting, variable->second, "environment");
    if (const auto found = sources.flags.find(name); found != sources.flags.end())
      merge.take(setting, found->second, "--" + flag(setting));
  }
  if (merge.mistakes.empty()) check_together(merge.loaded.values, merge.loaded, merge.mistakes);
  if (!merge.mistakes.empty()) return std::unexpected(std::move(merge.mistakes));
  merge.loaded.warnings = stray_variables(sources.environment);
  return std::move(merge.loaded);
}

std::optional<std::string> listening_refusal(const Config& config) {
  if (serve::is_loopback_host(config.host) || config.allow_anonymous || !config.api_keys_file.empty()) return std::nullopt;
  return fmt::format(
      "HOST = \"{}\" can be reached from other machines, and anybody there could use the server: it asks for no keys.\n"
      "  Remedy: set API_KEYS_FILE (`hazardstream key NAME` makes a key), or ALLOW_ANONYMOUS=true (or --allow-anonymous) if "
      "everybody is meant, or HOST=127.0.0.1.",
      config.host);
}

}  // namespace hazard::app
