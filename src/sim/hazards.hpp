// The physical hazards of a drive: where on the road each lies and its shape. The road is divided into equal slots with one
// hazard each, so that any stretch can be asked for at once, however far down the road, and a hazard's id is its slot's number.
// Pure: the same seed and slot give the same hazard in every frame.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/noise.hpp"

namespace hazard::sim {

// A place on the road relative to a hazard's: metres further along the road and metres to the right.
struct Offset {
  float z = 0;
  float t = 0;
};

// A crack's line; its width changes from point to point.
struct Strand {
  struct Knot {
    Offset at;
    float half_width_m = 0;
  };
  std::vector<Knot> knots;
};

struct PotholeShape {
  float radius_t = 0.3F;  // metres, before the outline's irregularity
  float radius_z = 0.3F;
  float depth_m = 0.05F;
  float noise_x = 0;  // where in the noise tiles its outline and floor are taken from
  float noise_y = 0;
  float roughness = 0.5F;  // of the outline
  float wall = 0.2F;       // how wide its wall is, in shares of the radius: small is steep
  float dirt = 0.3F;       // how much of its floor is soil, 0..1
  bool water = false;
};

enum class HazardKind : std::uint8_t { longitudinal, transverse, alligator, pothole };

struct Hazard {
  std::uint64_t id = 0;  // from 1
  HazardKind kind = HazardKind::pothole;
  double s = 0;                 // along the road
  double t = 0;                 // right of the own lane's middle
  double reach_m = 0;           // no part lies further than this from s along the road
  float strength = 1;           // how dark its lines are, 0..1
  std::vector<Strand> strands;  // cracks only
  PotholeShape pothole;         // potholes only

  int class_id() const noexcept { return kind == HazardKind::pothole ? 1 : 0; }
};

inline constexpr double kHazardsPerKmMost = 400;

class HazardField {
 public:
  // Rates above kHazardsPerKmMost are taken as that; zero and below: none.
  HazardField(std::uint64_t seed, double hazards_per_km, double asphalt_left_m, double asphalt_right_m) noexcept;

  // All hazards any part of which may lie between the two places, in the order of the road.
  std::vector<Hazard> between(double from_s, double to_s) const;

 private:
  Hazard make(std::uint64_t slot) const;

  std::uint64_t seed_ = 0;
  double slot_m_ = 0;  // 0: a clean road
  double left_ = 0;
  double right_ = 0;
};

}  // namespace hazard::sim
