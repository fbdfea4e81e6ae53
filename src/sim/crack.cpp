#include "sim/crack.hpp"

#include <cmath>

namespace hazard::sim {
namespace {

struct Projected {
  Point at;
  float half_px_x = 0;  // the line's half width where it runs along the road, and where it runs across
  float half_px_y = 0;
  bool seen = false;
};

Projected project_knot(const View& view, const Hazard& hazard, const Strand::Knot& knot) {
  Projected p;
  const double z = hazard.s - view.start_m() + static_cast<double>(knot.at.z);
  p.seen = view.project(z, hazard.t + static_cast<double>(knot.at.t), 0, p.at);
  if (!p.seen) return p;
  p.half_px_x = knot.half_width_m * static_cast<float>(view.focal_px() / z);
  p.half_px_y = knot.half_width_m * static_cast<float>(view.focal_px() * view.height_m() / (z * z));
  return p;
}

// Half the width on the screen, measured across the line's direction there.
float half_width(const Projected& p, float dx, float dy, float length) noexcept {
  return (std::abs(dy) * p.half_px_x + std::abs(dx) * p.half_px_y) / length;
}

template <typename Draw>
void each_segment(const View& view, const Hazard& hazard, Draw&& draw) {
  for (const Strand& strand : hazard.strands) {
    Projected before;
    for (const Strand::Knot& knot : strand.knots) {
      const Projected here = project_knot(view, hazard, knot);
      const float dx = here.at.x - before.at.x;
      const float dy = here.at.y - before.at.y;
      const float length = std::sqrt(dx * dx + dy * dy);
      if (before.seen && here.seen && length > 0) {
        draw(before.at, here.at, half_width(before, dx, dy, length), half_width(here, dx, dy, length));
      }
      before = here;
    }
  }
}

}  // namespace

Outline crack_outline(const View& view, const Hazard& hazard, domain::SizePx size) {
  Outline outline;
  float total = 0;
  each_segment(view, hazard, [&](Point a, Point b, float half_a, float half_b) {
    const float half = std::max({half_a, half_b, 0.5F});
    outline.whole.add(a, half);
    outline.whole.add(b, half);
    Extent piece;
    if (!add_clipped(piece, a, b, size)) return;
    outline.visible.add(piece.clamped(half, size));
    const float length = std::sqrt((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y));
    outline.ink_px += length * std::min(1.0F, half_a + half_b);
    total += length;
  });
  // Many faint lines side by side show where a single one does not.
  const float together = hazard.kind == HazardKind::alligator ? 1.7F : 1.0F;
  outline.boldness = total > 0 ? together * hazard.strength * outline.ink_px / total : 0;
  return outline;
}

CrackMask::CrackMask(const View& view, const Hazard& hazard, domain::SizePx size) : strength_(hazard.strength) {
  const Outline outline = crack_outline(view, hazard, size);
  if (outline.visible.x1 > outline.visible.x2) return;
  // Lines are at most a few pixels wide; draw() itself stays inside the mask.
  constexpr int kMargin = 2;
  left_ = std::max(0, static_cast<int>(outline.visible.x1) - kMargin);
  top_ = std::max(0, static_cast<int>(outline.visible.y1) - kMargin);
  width_ = std::min(size.width, static_cast<int>(outline.visible.x2) + 1 + kMargin) - left_;
  height_ = std::min(size.height, static_cast<int>(outline.visible.y2) + 1 + kMargin) - top_;
  coverage_.resize(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_));
  each_segment(view, hazard, [&](Point a, Point b, float half_a, float half_b) { draw(a, b, half_a, half_b); });
}

void CrackMask::draw(Point a, Point b, float half_a, float half_b) {
  const float reach = std::max({half_a, half_b, 0.5F}) + 0.5F;
  const int x_from = std::max(0, static_cast<int>(std::floor(std::min(a.x, b.x) - reach)) - left_);
  const int x_to = std::min(width_, static_cast<int>(std::floor(std::max(a.x, b.x) + reach)) + 1 - left_);
  const int y_from = std::max(0, static_cast<int>(std::floor(std::min(a.y, b.y) - reach)) - top_);
  const int y_to = std::min(height_, static_cast<int>(std::floor(std::max(a.y, b.y) + reach)) + 1 - top_);
  const float dx = b.x - a.x;
  const float dy = b.y - a.y;
  const float scale = 1 / (dx * dx + dy * dy);
  for (int y = y_from; y < y_to; ++y) {
    for (int x = x_from; x < x_to; ++x) {
      const float px = static_cast<float>(x + left_) + 0.5F - a.x;
      const float py = static_cast<float>(y + top_) + 0.5F - a.y;
      const float along = clamp01((px * dx + py * dy) * scale);
      const float ax = px - dx * along;
      const float ay = py - dy * along;
      const float apart = std::sqrt(ax * ax + ay * ay);
      const float half = lerp(half_a, half_b, along);
      // A line thinner than a pixel keeps a pixel's width and pales by as much.
      const float full = std::min(1.0F, 2 * half);
      const float cover = full * clamp01(std::max(half, 0.5F) + 0.5F - apart);
      std::uint8_t& texel = coverage_[static_cast<std::size_t>(y * width_ + x)];
      texel = std::max(texel, static_cast<std::uint8_t>(cover * 255));
    }
  }
}

void CrackMask::paint(const Scene& scene, double start_m, Row& row) const {
  const int y = row.y - top_;
  if (y < 0 || y >= height_) return;
  const std::uint8_t* line = coverage_.data() + static_cast<std::size_t>(y * width_);
  // Broken edges: stones stand in the line or have gone beside it.
  const TileLevel stones = scene.grain.level(row.per_px_t, row.per_px_z);
  const auto origin = static_cast<float>(wrap(start_m, scene.grain.side_m()));
  for (int i = 0; i < width_; ++i) {
    if (line[i] == 0) continue;
    const int x = left_ + i;
    if (x < row.from || x >= row.to) continue;
    const auto at = static_cast<std::size_t>(x);
    const float stone = stones.signed_at(row.t[at] + TileOrigin::kT, origin + row.z[at]);
    const float cover = clamp01(static_cast<float>(line[i]) * (1.0F / 255) * (1.08F - 0.9F * stone)) * strength_;
    row.mix_in(x, {28, 26, 24}, 0.92F * cover);
  }
}

}  // namespace hazard::sim
