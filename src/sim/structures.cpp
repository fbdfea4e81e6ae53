#include "sim/structures.hpp"

#include <algorithm>
#include <cmath>

#include "sim/noise.hpp"
#include "sim/shade.hpp"

namespace hazard::sim {
namespace {

constexpr double kRailSlotM = 260;  // one stretch of guard rail at most on each side
constexpr double kRailPostM = 4;
constexpr double kRailFarM = 220;
constexpr double kMarkerM = 50;  // distance of marker posts
constexpr double kBridgeFarM = 420;
constexpr double kNear = 1.0;  // panels are cut here, just before the camera's plane

struct Corner {
  double z, t, up;
};

class PanelMaker {
 public:
  explicit PanelMaker(const View& view) : view_(&view) {}

  void add(const std::array<Corner, 4>& corners, Colour colour, float shading) {
    Panel panel;
    panel.colour = colour;
    panel.shading = shading;
    panel.top = 1e9F;
    panel.bottom = -1e9F;
    double z = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      if (!view_->project(std::max(corners[i].z, kNear), corners[i].t, corners[i].up, panel.corners[i])) return;
      panel.top = std::min(panel.top, panel.corners[i].y);
      panel.bottom = std::max(panel.bottom, panel.corners[i].y);
      z += corners[i].z / 4;
    }
    panel.z = static_cast<float>(std::max(z, kNear));
    panels_.push_back(panel);
  }
  // A wall along the road or across it, between two heights.
  void wall(double z1, double t1, double z2, double t2, double low, double high, Colour colour, float shading) {
    if (z1 < kNear && z2 < kNear) return;
    add({{{z1, t1, high}, {z2, t2, high}, {z2, t2, low}, {z1, t1, low}}}, colour, shading);
  }
  std::vector<Panel> take() { return std::move(panels_); }

 private:
  const View* view_;
  std::vector<Panel> panels_;
};

void add_rails(const Scene& scene, double start, PanelMaker& make) {
  for (const int side : {-1, 1}) {
    const double edge = side < 0 ? static_cast<double>(scene.road.asphalt_left) : static_cast<double>(scene.road.asphalt_right);
    const double t = edge + side * 0.35;
    const std::int64_t first = floor_to_int(start / kRailSlotM);
    const std::int64_t last = floor_to_int((start + kRailFarM) / kRailSlotM);
    for (std::int64_t slot = first; slot <= last; ++slot) {
      Dice dice(hash(scene.options.seed, side < 0 ? 0x4A1 : 0x4A2, static_cast<std::uint64_t>(slot)));
      if (!dice.chance(0.3)) continue;
      const double from = static_cast<double>(slot) * kRailSlotM + dice.range(0, 60) - start;
      const double to = from + dice.range(60, 195);
      for (double z = from; z < std::min(to, kRailFarM); z += kRailPostM) {
        if (z + kRailPostM < kNear) continue;
        // Two waves of the profile, the upper one in the light.
        make.wall(z, t - 0.05, z, t + 0.05, 0, 0.72, {104, 104, 102}, 0.3F);
        make.wall(z, t, z + kRailPostM, t, 0.58, 0.76, {166, 168, 168}, 0.3F);
        make.wall(z, t, z + kRailPostM, t, 0.44, 0.60, {142, 144, 145}, 0.35F);
      }
    }
  }
}

void add_markers(const Scene& scene, double start, PanelMaker& make) {
  Dice dice(hash(scene.options.seed, 0x3A4E));
  if (!dice.chance(0.5)) return;
  for (double z = kMarkerM - wrap(start, kMarkerM); z < 200; z += kMarkerM) {
    for (const int side : {-1, 1}) {
      const double edge = side < 0 ? static_cast<double>(scene.road.asphalt_left) : static_cast<double>(scene.road.asphalt_right);
      const double t = edge + side * 0.6;
      make.wall(z, t - 0.06, z, t + 0.06, 0, 1.0, {196, 196, 192}, 0.2F);
      make.wall(z, t - 0.06, z, t + 0.06, 0.68, 0.88, {44, 44, 44}, 0);
    }
  }
}

void add_bridges(const Scene& scene, double start, PanelMaker& make) {
  const double left = static_cast<double>(scene.road.asphalt_left) - 1.2;
  const double right = static_cast<double>(scene.road.asphalt_right) + 1.2;
  const Colour concrete = blend(Colour{150, 148, 142}, scene.palette.dust, 0.15F);
  for (const Bridge& bridge : bridges_between(scene, start, -14, kBridgeFarM)) {
    const double far = bridge.z + bridge.long_m;
    if (far < kNear) continue;
    for (const double t : {left, right}) {
      const double out = t < 0 ? t - 26 : t + 26;
      make.wall(bridge.z, out, bridge.z, t, -1, bridge.clear_m, concrete * 0.8F, 0.45F);  // abutment, seen from the front
      make.wall(bridge.z, t, far, t, -0.2, bridge.clear_m, concrete * 0.42F, 0.2F);       // its side under the bridge
    }
    make.add({{{bridge.z, left, bridge.clear_m},
               {bridge.z, right, bridge.clear_m},
               {far, right, bridge.clear_m},
               {far, left, bridge.clear_m}}},
             concrete * 0.3F, 0);
    make.wall(bridge.z, left - 26, bridge.z, right + 26, bridge.clear_m, bridge.clear_m + bridge.thick_m, concrete, 0.25F);
    make.wall(bridge.z, left - 26, bridge.z, right + 26, bridge.clear_m + bridge.thick_m, bridge.clear_m + bridge.thick_m + 0.9,
              concrete * 1.12F, 0.1F);
  }
}

}  // namespace

std::vector<Panel> panels_of(const Scene& scene, const View& view) {
  PanelMaker make(view);
  add_rails(scene, view.start_m(), make);
  add_markers(scene, view.start_m(), make);
  add_bridges(scene, view.start_m(), make);
  return make.take();
}

void paint_panel(Row& row, const Panel& panel) {
  const float y = static_cast<float>(row.y) + 0.5F;
  if (y < panel.top - 0.5F || y > panel.bottom + 0.5F) return;
  // The row's share of a panel thinner than itself.
  const float share = covered(y, 0.5F, panel.top, panel.bottom);
  const float line = std::clamp(y, panel.top, panel.bottom);
  float left = 1e9F;
  float right = -1e9F;
  for (std::size_t i = 0; i < 4; ++i) {
    const Point a = panel.corners[i];
    const Point b = panel.corners[(i + 1) % 4];
    if (std::min(a.y, b.y) > line || std::max(a.y, b.y) < line) continue;
    const float w = a.y == b.y ? 0 : (line - a.y) / (b.y - a.y);
    const float x = a.x + (b.x - a.x) * w;
    left = std::min({left, x, a.y == b.y ? b.x : x});
    right = std::max({right, x, a.y == b.y ? b.x : x});
  }
  const int width = static_cast<int>(row.r.size());
  const int from = static_cast<int>(std::clamp(left, 0.0F, static_cast<float>(width)));
  const int to = static_cast<int>(std::clamp(right + 1, 0.0F, static_cast<float>(width)));
  const float down = panel.bottom > panel.top ? (line - panel.top) / (panel.bottom - panel.top) : 0;
  const Colour colour = panel.colour * (1 - panel.shading * down);
  for (int x = from; x < to; ++x) {
    const float cover = share * covered(static_cast<float>(x) + 0.5F, 0.5F, left, right);
    if (cover <= 0) continue;
    row.mix_in(x, colour, cover);
    if (cover > 0.5F) {
      row.z[static_cast<std::size_t>(x)] = panel.z;
      row.light[static_cast<std::size_t>(x)] = 1;
    }
  }
}

}  // namespace hazard::sim
