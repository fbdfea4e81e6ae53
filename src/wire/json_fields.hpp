// Fields that messages and bodies write in one form: durations, wall times, sizes. Used inside wire only.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "domain/geometry.hpp"
#include "wire/json_writer.hpp"

namespace hazard::wire {

inline constexpr int kMsDigits = 3;     // times in milliseconds
inline constexpr int kRateDigits = 3;   // frames a second
inline constexpr int kEpochDigits = 6;  // epoch seconds: microseconds

inline void ms_field(JsonWriter& json, std::string_view name, base::Duration time) {
  json.fixed_field(name, base::to_ms(time), kMsDigits);
}

inline void epoch_field(JsonWriter& json, std::string_view name, base::WallTime time) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch());
  json.key(name).scaled_integer(micros.count(), kEpochDigits);
}

inline void size_field(JsonWriter& json, std::string_view name, domain::SizePx size) {
  json.key(name).begin_object().field("width", size.width).field("height", size.height).end_object();
}

// The text of an object whose members `fill` writes.
template <typename Fill>
std::string object_text(Fill fill) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  fill(json);
  json.end_object();
  return out;
}

}  // namespace hazard::wire
