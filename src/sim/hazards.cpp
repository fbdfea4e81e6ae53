#include "sim/hazards.hpp"

#include <algorithm>
#include <cmath>

namespace hazard::sim {
namespace {

constexpr double kLaneHalf = 1.75;
// A hazard keeps this share of its slot free at each end, so that two never touch.
constexpr double kSlotMargin = 0.06;
constexpr double kReachMost = 5;  // no hazard reaches further from its middle along the road

// A fractal line from a to b by midpoint displacement (Fournier, Fussell, Carpenter, 1982): each middle is moved sideways by
// up to `wildness` of the piece's length, down to pieces of `finest_m`.
void add_fractal(std::vector<Strand::Knot>& knots, Dice& dice, Offset a, Offset b, float half_width, float wildness,
                 float finest_m) {
  const float dz = b.z - a.z;
  const float dt = b.t - a.t;
  const float length = std::sqrt(dz * dz + dt * dt);
  if (length <= finest_m) {
    knots.push_back({b, half_width * dice.rangef(0.35, 1.5)});
    return;
  }
  const float push = dice.rangef(-wildness, wildness);
  const Offset middle{(a.z + b.z) / 2 - dt * push, (a.t + b.t) / 2 + dz * push};
  add_fractal(knots, dice, a, middle, half_width, wildness, finest_m);
  add_fractal(knots, dice, middle, b, half_width, wildness, finest_m);
}

Strand fractal(Dice& dice, Offset a, Offset b, float half_width, float wildness, float finest_m) {
  Strand strand;
  strand.knots.push_back({a, half_width * 0.5F});
  add_fractal(strand.knots, dice, a, b, half_width, wildness, finest_m);
  return strand;
}

// A long line with short branches that start on it.
void make_line(Hazard& hazard, Dice& dice, Offset a, Offset b, float half_width) {
  const float wildness = dice.rangef(0.08, 0.2);
  hazard.strands.push_back(fractal(dice, a, b, half_width, wildness, 0.045F));
  const float length = std::sqrt((b.z - a.z) * (b.z - a.z) + (b.t - a.t) * (b.t - a.t));
  const int branches = static_cast<int>(length * dice.rangef(0.3, 1.3));
  for (int i = 0; i < branches; ++i) {
    const std::vector<Strand::Knot>& trunk = hazard.strands.front().knots;
    const Offset start = trunk[dice.bits() % trunk.size()].at;
    const float reach = dice.rangef(0.15, 0.6);
    const float across = dice.rangef(-1, 1);
    const float along = dice.rangef(-1, 1);
    // Mostly back to the trunk's direction: branches of a crack are sharp forks.
    const float ez = (b.z - a.z) / length;
    const float et = (b.t - a.t) / length;
    const Offset end{start.z + reach * (ez * along + et * across * 0.7F), start.t + reach * (et * along + ez * across * 0.7F)};
    hazard.strands.push_back(fractal(dice, start, end, half_width * 0.6F, 0.25F, 0.05F));
  }
}

// Fatigue cracking: polygons of a hand's to two hands' width, as a brick lattice with its joints moved, inside an oval.
void make_alligator(Hazard& hazard, Dice& dice, float half_z, float half_t, float half_width) {
  // Larger fields have larger cells, which bounds the number of lines.
  const float cell = dice.rangef(0.08, 0.17) * std::max(1.0F, std::sqrt(half_z * half_t / 0.5F));
  const float shear = dice.rangef(-0.25, 0.25);
  const std::uint64_t seed = dice.bits();
  const int nz = static_cast<int>(half_z / cell) + 1;
  const int nt = static_cast<int>(half_t / (cell * 0.8F)) + 1;
  const auto draw = [&](int i, int j, std::uint64_t what) {
    return static_cast<float>(unit(hash(seed, static_cast<std::uint64_t>((i + 512) * 1024 + j + 512), what)));
  };
  const auto node = [&](int i, int j) {
    return Offset{(static_cast<float>(i) + (draw(i, j, 1) - 0.5F) * 0.75F) * cell + static_cast<float>(j) * cell * shear,
                  (static_cast<float>(j) + (draw(i, j, 2) - 0.5F) * 0.75F) * cell * 0.8F};
  };
  const auto inside = [&](Offset at, float wobble) {
    const float z = at.z / half_z;
    const float t = at.t / half_t;
    return z * z + t * t < 0.55F + 0.45F * wobble;
  };
  for (int i = -nz; i <= nz; ++i) {
    for (int j = -nt; j <= nt; ++j) {
      const Offset here = node(i, j);
      if (!inside(here, draw(i, j, 3))) continue;
      // Lines along the road everywhere, lines across at every other node: six-sided cells.
      const Offset ahead = node(i + 1, j);
      const float wide = half_width * (0.5F + draw(i, j, 4));
      if (inside(ahead, draw(i + 1, j, 3)) && draw(i, j, 5) < 0.92F) {
        hazard.strands.push_back(fractal(dice, here, ahead, wide, 0.2F, 0.05F));
      }
      const Offset right = node(i, j + 1);
      if (((i + j) & 1) == 0 && inside(right, draw(i, j + 1, 3)) && draw(i, j, 6) < 0.92F) {
        hazard.strands.push_back(fractal(dice, here, right, wide * 0.85F, 0.2F, 0.05F));
      }
    }
  }
}

double reach_of(const Hazard& hazard) {
  if (hazard.kind == HazardKind::pothole) return hazard.pothole.radius_z * 1.6;
  double reach = 0.05;
  for (const Strand& strand : hazard.strands) {
    for (const Strand::Knot& knot : strand.knots) reach = std::max(reach, std::abs(static_cast<double>(knot.at.z)) + 0.03);
  }
  return reach;
}

}  // namespace

HazardField::HazardField(std::uint64_t seed, double hazards_per_km, double asphalt_left_m, double asphalt_right_m) noexcept
    : seed_(hash(seed, 0x4A2D)), left_(asphalt_left_m), right_(asphalt_right_m) {
  if (hazards_per_km > 0) slot_m_ = 1000 / std::min(hazards_per_km, kHazardsPerKmMost);
}

std::vector<Hazard> HazardField::between(double from_s, double to_s) const {
  std::vector<Hazard> found;
  if (slot_m_ <= 0) return found;
  const std::int64_t first = std::max<std::int64_t>(0, floor_to_int((from_s - kReachMost) / slot_m_));
  const std::int64_t last = floor_to_int((to_s + kReachMost) / slot_m_);
  for (std::int64_t slot = first; slot <= last; ++slot) {
    Hazard hazard = make(static_cast<std::uint64_t>(slot));
    if (hazard.s + hazard.reach_m >= from_s && hazard.s - hazard.reach_m <= to_s) found.push_back(std::move(hazard));
  }
  return found;
}

Hazard HazardField::make(std::uint64_t slot) const {
  Dice dice(hash(seed_, slot));
  Hazard hazard;
  hazard.id = slot + 1;
  hazard.strength = dice.rangef(0.55, 1);
  const double room = slot_m_ * (1 - 2 * kSlotMargin);  // along the road
  const double kind = dice.unit();
  hazard.kind = kind < 0.40   ? HazardKind::pothole
                : kind < 0.72 ? HazardKind::alligator
                : kind < 0.89 ? HazardKind::longitudinal
                              : HazardKind::transverse;
  const double lane = dice.unit();
  const double lane_middle = lane < 0.78 || left_ > -3 ? 0 : -2 * kLaneHalf;
  const double wheel = (dice.chance(0.5) ? -0.8 : 0.8) + dice.range(-0.45, 0.45);
  double half_z = 0.1;
  double half_t = 0.1;
  const double wide = dice.unit();
  const auto half_width = static_cast<float>(0.0018 + 0.0042 * wide * wide);
  switch (hazard.kind) {
    case HazardKind::pothole: {
      PotholeShape& shape = hazard.pothole;
      const double size = dice.unit();
      shape.radius_t = static_cast<float>(0.15 + 0.22 * size * (1 + size));
      shape.radius_z = static_cast<float>(std::min(shape.radius_t * dice.range(0.8, 1.7), room / 3.4));
      // Either the top layer has come off, or the hole goes into the base.
      const bool shallow = dice.chance(0.4);
      shape.depth_m = shallow ? dice.rangef(0.015, 0.03) : dice.rangef(0.035, 0.06) + 0.05F * shape.radius_t;
      shape.wall = shallow ? dice.rangef(0.03, 0.1) : dice.rangef(0.08, 0.26);
      shape.dirt = dice.rangef(0, 0.75);
      shape.noise_x = dice.rangef(0, 60);
      shape.noise_y = dice.rangef(0, 60);
      shape.roughness = dice.rangef(0.4, 0.85);
      shape.water = dice.chance(0.14);
      half_z = shape.radius_z * 1.6;
      half_t = shape.radius_t * 1.6;
      break;
    }
    case HazardKind::alligator:
      half_z = std::min(dice.range(0.4, 2.4), room / 2 - 0.3);
      half_t = dice.range(0.3, 0.95);
      half_z = std::max(half_z, 0.3);
      make_alligator(hazard, dice, static_cast<float>(half_z), static_cast<float>(half_t), half_width);
      break;
    case HazardKind::longitudinal: {
      half_z = std::max(0.4, std::min(dice.range(0.6, 3.5), room / 2 - 0.3));
      const float lean = dice.rangef(-0.25, 0.25);
      const auto half = static_cast<float>(half_z);
      make_line(hazard, dice, {-half, -lean}, {half, lean}, half_width * 1.3F);
      half_t = 0.5;
      break;
    }
    case HazardKind::transverse: {
      half_t = dice.range(0.5, 1.6);
      const float lean = dice.rangef(-0.25, 0.25);
      const auto half = static_cast<float>(half_t);
      make_line(hazard, dice, {-lean, -half}, {lean, half}, half_width * 1.5F);
      half_z = 0.8;
      break;
    }
  }
  hazard.reach_m = reach_of(hazard);
  const double free = std::max(0.0, slot_m_ / 2 * (1 - kSlotMargin) - hazard.reach_m);
  hazard.s = (static_cast<double>(slot) + 0.5) * slot_m_ + dice.range(-free, free);
  const double side = std::max(0.0, kLaneHalf - half_t);
  hazard.t = lane_middle + std::clamp(wheel, -side, side);
  hazard.t = std::clamp(hazard.t, left_ + half_t, std::max(left_ + half_t, right_ - half_t));
  return hazard;
}

}  // namespace hazard::sim
