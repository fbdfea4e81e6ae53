// Which part of a picture may be kept as evidence. By default a crop of the hazard with a margin: enough to judge it, no faces and
// plates of the street around it. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "domain/geometry.hpp"

namespace hazard::report {

enum class EvidenceMode : std::uint8_t { crop, frame, none };
std::optional<EvidenceMode> evidence_mode_from(std::string_view text) noexcept;

struct PixelRect {
  int x = 0, y = 0, width = 0, height = 0;
  friend bool operator==(const PixelRect&, const PixelRect&) = default;
};

inline constexpr float kMarginShare = 0.35F;  // of the box's longer side, on every side
inline constexpr int kCropSideLeast = 64;     // pixels, where the picture has them
inline constexpr float kCropShareMost =
    0.5F;  // of the picture's area; a larger crop loses its margin: it would be the whole frame

// Nothing in mode none, and for boxes that lie outside the picture or are not numbers.
std::optional<PixelRect> evidence_region(EvidenceMode mode, const domain::PixelBox& box, domain::SizePx picture);

}  // namespace hazard::report
