#include "wire/client_fields.hpp"

#include <array>
#include <cmath>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "domain/limits.hpp"

namespace hazard::wire {
namespace {

using domain::ErrorCode;
using domain::refuse;
using domain::StreamConfigPatch;

// The first of the names that holds a number.
std::optional<double> number_of(const JsonDocument& document, const JsonNode& object,
                                std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const JsonNode* node = document.find(object, name);
    if (node != nullptr && node->is(JsonKind::number)) return node->number;
  }
  return std::nullopt;
}

std::optional<double> at_least_zero(std::optional<double> value) { return value && *value >= 0 ? value : std::nullopt; }

// Longitude and latitude of a GeoJSON point: {"type": "Point", "coordinates": [lon, lat, altitude?]}, with or without its type.
std::optional<std::pair<double, double>> point_of(const JsonDocument& document, const JsonNode& object) {
  const JsonNode* type = document.find(object, "type");
  if (type != nullptr && !type->is(JsonKind::null) && type->text != "Point") return std::nullopt;
  const JsonNode* list = document.find(object, "coordinates");
  if (list == nullptr || !list->is(JsonKind::array)) return std::nullopt;
  const auto numbers = document.children(*list);
  if (numbers.size() != 2 && numbers.size() != 3) return std::nullopt;
  if (!numbers[0]->is(JsonKind::number) || !numbers[1]->is(JsonKind::number)) return std::nullopt;
  return std::pair(numbers[0]->number, numbers[1]->number);
}

std::optional<domain::Location> location_in(const JsonDocument& document, const JsonNode& object) {
  auto latitude = number_of(document, object, {"lat", "latitude"});
  auto longitude = number_of(document, object, {"lng", "lon", "longitude"});
  if (!latitude || !longitude) {
    const auto point = point_of(document, object);
    if (!point) return std::nullopt;
    std::tie(longitude, latitude) = *point;
  }
  auto location = make_location(*latitude, *longitude);
  if (!location) return std::nullopt;
  location->accuracy_m = at_least_zero(number_of(document, object, {"accuracy"}));
  location->speed_mps = at_least_zero(number_of(document, object, {"speed"}));
  const auto heading = number_of(document, object, {"heading"});
  if (heading && *heading >= 0 && *heading <= 360) location->heading_deg = heading;
  return location;
}

struct NumberField {
  std::string_view name;
  std::optional<double> StreamConfigPatch::* into;
};
constexpr std::array<NumberField, 5> kNumbers{{{"fps_limit", &StreamConfigPatch::fps_limit},
                                               {"confidence_threshold", &StreamConfigPatch::confidence_threshold},
                                               {"iou_threshold", &StreamConfigPatch::iou_threshold},
                                               {"max_detections", &StreamConfigPatch::max_detections},
                                               {"max_age_ms", &StreamConfigPatch::max_age_ms}}};
struct FlagField {
  std::string_view name;
  std::optional<bool> StreamConfigPatch::* into;
};
constexpr std::array<FlagField, 2> kFlags{
    {{"enable_tracking", &StreamConfigPatch::enable_tracking}, {"batch_processing", &StreamConfigPatch::batch_processing}}};
struct WordField {
  std::string_view name;
  std::optional<std::string> StreamConfigPatch::* into;
};
constexpr std::array<WordField, 3> kWords{{{"quality_mode", &StreamConfigPatch::quality_mode},
                                           {"delivery", &StreamConfigPatch::delivery},
                                           {"fields", &StreamConfigPatch::fields}}};

// The member, unless it is absent or null.
const JsonNode* given(const JsonDocument& document, const JsonNode& object, std::string_view name) {
  const JsonNode* node = document.find(object, name);
  return node == nullptr || node->is(JsonKind::null) ? nullptr : node;
}

std::unexpected<domain::Error> wrong_type(std::string_view field, std::string_view wanted) {
  return refuse(ErrorCode::invalid_value, fmt::format("{} must be {}", field, wanted));
}

}  // namespace

domain::Result<std::string> read_frame_id(const JsonDocument& document, const JsonNode& message) {
  const JsonNode* node = given(document, message, "frame_id");
  if (node == nullptr) return std::string();
  if (!node->is(JsonKind::string) && !node->is(JsonKind::number)) return wrong_type("frame_id", "a string or a number");
  if (node->text.size() > domain::kFrameIdBytesMax) {
    return refuse(ErrorCode::invalid_value,
                  fmt::format("frame_id must be at most {} bytes long, got {}", domain::kFrameIdBytesMax, node->text.size()));
  }
  return std::string(node->text);
}

std::optional<domain::Location> make_location(double latitude, double longitude) {
  if (!(std::abs(latitude) <= 90) || !(std::abs(longitude) <= 180)) return std::nullopt;  // NaN fails both
  domain::Location location;
  location.latitude = latitude;
  location.longitude = longitude;
  return location;
}

std::optional<domain::Location> read_location(const JsonDocument& document, const JsonNode& message) {
  const JsonNode* metadata = given(document, message, "metadata");
  if (metadata == nullptr) return std::nullopt;
  const JsonNode* location = given(document, *metadata, "location");
  return location_in(document, location == nullptr ? *metadata : *location);
}

domain::Result<StreamConfigPatch> read_config(const JsonDocument& document, const JsonNode& object) {
  StreamConfigPatch patch;
  for (const NumberField& field : kNumbers) {
    const JsonNode* node = given(document, object, field.name);
    if (node == nullptr) continue;
    if (!node->is(JsonKind::number)) return wrong_type(field.name, "a number");
    patch.*field.into = node->number;
  }
  for (const FlagField& field : kFlags) {
    const JsonNode* node = given(document, object, field.name);
    if (node == nullptr) continue;
    if (!node->is(JsonKind::boolean)) return wrong_type(field.name, "true or false");
    patch.*field.into = node->flag;
  }
  for (const WordField& field : kWords) {
    const JsonNode* node = given(document, object, field.name);
    if (node == nullptr) continue;
    if (!node->is(JsonKind::string)) return wrong_type(field.name, "a string");
    patch.*field.into = std::string(node->text);
  }
  return patch;
}

}  // namespace hazard::wire
