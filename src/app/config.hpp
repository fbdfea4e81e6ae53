// Every setting of the program as plain values. The table in config_table.cpp names, bounds and explains them and holds the
// defaults; load_config() is how they are made: default, then file, then environment, then flag, the later one wins.
// Read once on the main thread, never changed afterwards.
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/geometry.hpp"

namespace hazard::app {

struct Config {
  // server
  std::string host;
  int port = 0;
  std::vector<int> extra_ports;
  std::string api_keys_file;  // empty: no keys
  bool allow_anonymous = false;
  bool public_metrics = true;
  std::vector<std::string> cors_origins;
  int max_connections = 0;
  std::chrono::milliseconds shutdown_grace{};
  // model
  std::string model_path;
  std::vector<std::string> model_classes;
  std::optional<domain::SizePx> input_size;
  std::string openvino_device;
  std::string openvino_performance_mode;  // "auto", "latency" or "throughput"
  std::string input_shapes;               // "camera" or "model"
  int max_graphs = 0;
  bool reuse_still = false;
  std::string inference_precision;  // "auto", "bf16", "f32"
  int inference_threads = 0;
  std::string cache_dir;  // "none": no cache
  // streaming
  double confidence_threshold = 0;
  std::chrono::milliseconds session_timeout{};
  std::chrono::milliseconds resume_grace{};  // zero: a lost connection ends its session
  std::string state_dir;                     // empty: sessions end with the server
  double max_fps = 0;
  double default_fps = 0;
  int queue_size = 0;
  bool enable_tracking = false;
  std::chrono::milliseconds heartbeat{};
  int max_sessions = 0;
  int max_frame_bytes = 0;
  // reports
  std::string data_dir;       // empty: a private folder that goes with the server
  int reports_keep_days = 0;  // 0: for ever
  std::string evidence;       // "crop", "frame" or "none"
  // webhooks
  std::vector<std::string> webhook_urls;
  std::string webhook_secret;               // never shown
  std::vector<std::string> webhook_events;  // empty: all
  bool webhook_allow_private = false;
  std::chrono::milliseconds webhook_timeout{};
  int webhook_attempts = 0;
  std::chrono::milliseconds webhook_first_pause{};
  std::string open311_url;
  std::string open311_jurisdiction;
  std::string open311_api_key;  // never shown
  std::vector<std::string> open311_codes;
  std::string public_url;
  // log
  std::string log_level;
  std::string log_format;
};

// Where a value came from, for messages: "default", "environment", "--port", "hazardstream.toml line 3".
struct LoadedConfig {
  Config values;
  std::map<std::string, std::string, std::less<>> origins;  // by environment name; settings left at their default are absent
  std::vector<std::string> warnings;                        // e.g. a STREAMING_ variable that is no setting
};

// What load_config() merges. Flags and environment by environment name ("PORT"); both hold only what was given.
struct ConfigSources {
  std::map<std::string, std::string, std::less<>> flags;
  std::map<std::string, std::string, std::less<>> environment;
  std::string file;  // empty: none
};

// Each mistake is a paragraph: setting, value, where it came from, range, remedy. All mistakes are found, not only the first.
using ConfigMistakes = std::vector<std::string>;

std::expected<LoadedConfig, ConfigMistakes> load_config(const ConfigSources& sources);

// Why `serve` must not listen with these values (an address that others can reach, without leave), or nothing.
std::optional<std::string> listening_refusal(const Config& config);

}  // namespace hazard::app
