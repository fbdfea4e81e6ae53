// A session's settings: their ranges, defaults and partial updates. One place for the handshake, POST, PATCH and
// config_update, so that a value is refused in the same words everywhere (streaming contract, section 2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/error.hpp"

namespace hazard::domain {

enum class QualityMode : std::uint8_t { speed, balanced, quality };
enum class Delivery : std::uint8_t { latest, all };
enum class Fields : std::uint8_t { full, lean };

std::string_view to_string(QualityMode mode) noexcept;
std::string_view to_string(Delivery delivery) noexcept;
std::string_view to_string(Fields fields) noexcept;
std::optional<QualityMode> quality_mode_from(std::string_view text) noexcept;
std::optional<Delivery> delivery_from(std::string_view text) noexcept;
std::optional<Fields> fields_from(std::string_view text) noexcept;

struct StreamConfig {
  double fps_limit = 10;
  double confidence_threshold = 0.5;
  double iou_threshold = 0.45;
  int max_detections = 50;
  bool enable_tracking = true;
  bool batch_processing = false;  // accepted and echoed for old clients, without effect
  QualityMode quality_mode = QualityMode::balanced;
  Delivery delivery = Delivery::latest;
  std::optional<int> max_age_ms = 500;
  Fields fields = Fields::full;
};

// Each field empty: leave it as it is.
struct StreamConfigPatch {
  std::optional<double> fps_limit{};
  std::optional<double> confidence_threshold;
  std::optional<double> iou_threshold;
  std::optional<double> max_detections;
  std::optional<bool> enable_tracking;
  std::optional<bool> batch_processing;
  std::optional<std::string> quality_mode;
  std::optional<std::string> delivery;
  std::optional<double> max_age_ms;
  std::optional<std::string> fields;

  // Names something that the original server did nothing about.
  bool says_new() const noexcept { return quality_mode || delivery || max_age_ms || fields; }
};

// What the operator set.
struct StreamLimits {
  double max_fps = 30;
  double default_fps = 10;
  double default_confidence = 0.5;
  bool default_tracking = true;
  int queue_size = 50;
};

StreamConfig default_config(const StreamLimits& limits);

// The whole updated configuration, or the first field out of range (invalid_value; nothing is changed then).
// Switching `delivery` without naming max_age_ms also switches its default: 500 with latest, none with all.
Result<StreamConfig> apply(const StreamConfig& config, const StreamConfigPatch& patch, const StreamLimits& limits);

}  // namespace hazard::domain
