// Whether a text is a GPX track that positions can be taken from. A small reader of its own: it looks for track points and refuses what
// made phantom hazards in the original (no points, (0,0), times that stand still or run back). Pure.
#pragma once

#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "domain/error.hpp"
#include "domain/hazard.hpp"

namespace hazard::serve {

struct GpxPoint {
  domain::GeoPoint point;
  base::WallTime at{};
};

inline constexpr std::size_t kGpxPointsMost = 500'000;

// The track's points in order of time. Errors: invalid_value with what is wrong and where.
domain::Result<std::vector<GpxPoint>> read_gpx(std::string_view text);

}  // namespace hazard::serve
