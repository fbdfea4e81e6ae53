#include "sim/render.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/check.hpp"
#include "sim/backdrop.hpp"
#include "sim/crack.hpp"
#include "sim/decals.hpp"
#include "sim/ground.hpp"
#include "sim/lens.hpp"
#include "sim/pothole.hpp"
#include "sim/shade.hpp"

namespace hazard::sim {
namespace {

constexpr double kHazardsDrawnM = 90;  // beyond it, a pothole is less than a row high

// Which pixels see ground, and where.
void lay_out(const View& view, Row& row) {
  const int width = static_cast<int>(row.z.size());
  const auto y = static_cast<float>(row.y) + 0.5F;
  const float du = view.level_du();
  const float dv = view.level_dv();
  const float u0 = view.level_u(0.5F, y);
  const float v0 = view.level_v(0.5F, y);
  const auto on_ground = [&](int x) {
    const float v = v0 + dv * static_cast<float>(x);
    return v >= view.ground_top() && v < view.ground_bottom();
  };
  row.from = 0;
  row.to = width;
  while (row.from < width && !on_ground(row.from)) ++row.from;
  while (row.to > row.from && !on_ground(row.to - 1)) --row.to;
  std::ranges::fill(row.light, 1.0F);
  if (row.from == row.to) return;
  row.z_near = 1e9F;
  row.z_far = 0;
  for (int x = row.from; x < row.to; ++x) {
    const auto i = static_cast<std::size_t>(x);
    const float u = u0 + du * static_cast<float>(x);
    const GroundRow ground = view.ground(v0 + dv * static_cast<float>(x));
    row.z[i] = ground.z;
    row.t[i] = u * ground.per_px + ground.shift;
    row.z_near = std::min(row.z_near, ground.z);
    row.z_far = std::max(row.z_far, ground.z);
  }
  const float middle =
      std::clamp(v0 + dv * static_cast<float>(row.from + row.to) / 2, view.ground_top(), view.ground_bottom() - 1.01F);
  const GroundRow here = view.ground(middle);
  row.per_px_t = here.per_px;
  row.per_px_z = std::abs(here.z - view.ground(middle + 1).z);
}

}  // namespace

void render_frame(const Scene& scene, const View& view, std::uint64_t frame, double time_s, const domain::RgbView& into) {
  HAZARD_CHECK(into.size == scene.options.size);
  const double start = view.start_m();
  std::vector<CrackMask> cracks;
  std::vector<PotholeMark> potholes;
  for (const Hazard& hazard : scene.hazards.between(start, start + kHazardsDrawnM)) {
    if (hazard.kind == HazardKind::pothole)
      potholes.emplace_back(scene, view, hazard);
    else
      cracks.emplace_back(view, hazard, into.size);
  }
  const Backdrop backdrop(scene, view);
  const Decals decals(scene, start);
  const Shade shade(scene, start);
  const Lens lens(scene, view, frame, time_s);
  Row row(into.size.width);
  for (int y = 0; y < into.size.height; ++y) {
    row.y = y;
    lay_out(view, row);
    backdrop.paint_sky(row);
    if (row.from < row.to) {
      paint_ground(scene, start, row);
      decals.paint(scene, start, row);
      shade.paint(row);
      for (const CrackMask& crack : cracks) crack.paint(scene, start, row);
      for (const PotholeMark& pothole : potholes) pothole.paint(row);
    }
    backdrop.paint_standing(row);
    lens.expose(row, into.row(y));
  }
}

}  // namespace hazard::sim
