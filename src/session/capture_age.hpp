// How old a picture is when its result is sent, by the capture time that the client gave. Sessions call it for each verdict.
//
// The client's clock is its own: a capture time that lies further ahead of ours, or further back, than a clock that is merely a
// little off explains says nothing about age, and none is told.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/clock.hpp"

namespace hazard::session {

inline constexpr std::chrono::seconds kCaptureAheadMax{1};
inline constexpr std::chrono::seconds kCaptureAgeMax{60};

// `captured` is epoch seconds. Zero when it lies ahead by no more than kCaptureAheadMax.
inline std::optional<base::Duration> capture_age(std::optional<double> captured, base::WallTime now) {
  if (!captured) return std::nullopt;
  const std::chrono::duration<double> age(base::epoch_seconds(now) - *captured);
  // Written so that a NaN is refused too.
  if (!(age >= -kCaptureAheadMax && age <= kCaptureAgeMax)) return std::nullopt;
  return std::chrono::duration_cast<base::Duration>(std::max(age, std::chrono::duration<double>::zero()));
}

}  // namespace hazard::session
