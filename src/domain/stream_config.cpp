#include "domain/stream_config.hpp"

#include <cmath>

#include <fmt/format.h>

namespace hazard::domain {
namespace {

constexpr int kLatestMaxAgeMs = 500;

Result<void> in_range(std::string_view field, const std::optional<double>& value, double low, double high) {
  if (!value || (std::isfinite(*value) && *value >= low && *value <= high)) return {};
  return refuse(ErrorCode::invalid_value, fmt::format("{} must be between {} and {}, got {}", field, low, high, *value));
}

Result<void> whole_in_range(std::string_view field, const std::optional<double>& value, double low, double high) {
  if (value && std::isfinite(*value) && *value != std::floor(*value)) {
    return refuse(ErrorCode::invalid_value, fmt::format("{} must be a whole number, got {}", field, *value));
  }
  return in_range(field, value, low, high);
}

template <typename Enum>
Result<void> one_of(std::string_view field, const std::optional<std::string>& text,
                    std::optional<Enum> (*from)(std::string_view) noexcept, std::string_view choices, Enum& into) {
  if (!text) return {};
  const auto value = from(*text);
  if (!value) {
    return refuse(ErrorCode::invalid_value, fmt::format("{} must be one of {}, got \"{}\"", field, choices, text->substr(0, 32)));
  }
  into = *value;
  return {};
}

Result<void> check_numbers(const StreamConfigPatch& patch, const StreamLimits& limits) {
  if (auto ok = in_range("fps_limit", patch.fps_limit, 1, limits.max_fps); !ok) return ok;
  if (auto ok = in_range("confidence_threshold", patch.confidence_threshold, 0.01, 1); !ok) return ok;
  if (auto ok = in_range("iou_threshold", patch.iou_threshold, 0.1, 1); !ok) return ok;
  if (auto ok = whole_in_range("max_detections", patch.max_detections, 1, 300); !ok) return ok;
  return whole_in_range("max_age_ms", patch.max_age_ms, 50, 10000);
}

Result<void> apply_choices(StreamConfig& next, const StreamConfigPatch& patch) {
  const Delivery before = next.delivery;
  if (auto ok = one_of("quality_mode", patch.quality_mode, quality_mode_from, "speed, balanced, quality", next.quality_mode); !ok)
    return ok;
  if (auto ok = one_of("delivery", patch.delivery, delivery_from, "latest, all", next.delivery); !ok) return ok;
  if (auto ok = one_of("fields", patch.fields, fields_from, "full, lean", next.fields); !ok) return ok;
  if (next.delivery != before) {
    next.max_age_ms = next.delivery == Delivery::latest ? std::optional(kLatestMaxAgeMs) : std::nullopt;
  }
  return {};
}

}  // namespace

std::string_view to_string(QualityMode mode) noexcept {
  switch (mode) {
    case QualityMode::speed: return "speed";
    case QualityMode::balanced: return "balanced";
    case QualityMode::quality: return "quality";
  }
  return "balanced";
}

std::string_view to_string(Delivery delivery) noexcept { return delivery == Delivery::latest ? "latest" : "all"; }
std::string_view to_string(Fields fields) noexcept { return fields == Fields::full ? "full" : "lean"; }

std::optional<QualityMode> quality_mode_from(std::string_view text) noexcept {
  for (const auto mode : {QualityMode::speed, QualityMode::balanced, QualityMode::quality}) {
    if (text == to_string(mode)) return mode;
  }
  return std::nullopt;
}

std::optional<Delivery> delivery_from(std::string_view text) noexcept {
  for (const auto delivery : {Delivery::latest, Delivery::all}) {
    if (text == to_string(delivery)) return delivery;
  }
  return std::nullopt;
}

std::optional<Fields> fields_from(std::string_view text) noexcept {
  for (const auto fields : {Fields::full, Fields::lean}) {
    if (text == to_string(fields)) return fields;
  }
  return std::nullopt;
}

StreamConfig default_config(const StreamLimits& limits) {
  StreamConfig config;
  config.fps_limit = limits.default_fps;
  config.confidence_threshold = limits.default_confidence;
  config.enable_tracking = limits.default_tracking;
  return config;
}

Result<StreamConfig> apply(const StreamConfig& config, const StreamConfigPatch& patch, const StreamLimits& limits) {
  if (auto ok = check_numbers(patch, limits); !ok) return std::unexpected(ok.error());
  StreamConfig next = config;
  if (auto ok = apply_choices(next, patch); !ok) return std::unexpected(ok.error());
  if (patch.fps_limit) next.fps_limit = *patch.fps_limit;
  if (patch.confidence_threshold) next.confidence_threshold = *patch.confidence_threshold;
  if (patch.iou_threshold) next.iou_threshold = *patch.iou_threshold;
  if (patch.max_detections) next.max_detections = static_cast<int>(*patch.max_detections);
  if (patch.enable_tracking) next.enable_tracking = *patch.enable_tracking;
  if (patch.batch_processing) next.batch_processing = *patch.batch_processing;
  if (patch.max_age_ms) next.max_age_ms = static_cast<int>(*patch.max_age_ms);
  return next;
}

}  // namespace hazard::domain
