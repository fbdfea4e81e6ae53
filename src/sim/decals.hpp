// Flat things on the asphalt that are no hazards: repair patches with straight edges, sealed joints, manhole covers, stains, skid
// marks. Made for each frame; read only while rows are painted.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/row.hpp"

namespace hazard::sim {

class Decals {
 public:
  Decals(const Scene& scene, double start_m);
  void paint(const Scene& scene, double start_m, Row& row) const;

 private:
  enum class Kind : std::uint8_t { patch, joint, manhole, stain, skid };
  struct Decal {
    Kind kind = Kind::patch;
    float z = 0, t = 0;  // its middle
    float half_z = 1, half_t = 1;
    float tone = 1;  // brightness against the asphalt around it
    float seam = 0;  // darkness of a patch's border, 0..1
    float noise_x = 0, noise_y = 0;
  };
  void add(const Scene& scene, double start_m, Kind kind, double slot_m, double share);
  static Decal make(const Scene& scene, Kind kind, std::uint64_t seed);
  static void paint_patch(const Scene& scene, double start_m, Row& row, const Decal& decal, int from, int to);
  static void paint_joint(Row& row, const Decal& decal);
  static void paint_manhole(Row& row, const Decal& decal, int from, int to);
  static void paint_stain(const Scene& scene, Row& row, const Decal& decal, int from, int to);
  static void paint_skid(const Scene& scene, Row& row, const Decal& decal, int from, int to);

  std::vector<Decal> decals_;
};

}  // namespace hazard::sim
