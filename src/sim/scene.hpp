// What a drive's world is made of, the same for all its frames: the road's cross section and colours, the sun, the textures.
// Everything is drawn from the seed. Built once per drive, then read only. Colours are in the picture's own (display) scale,
// 0..255: shadows and darkness multiply them.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/drive.hpp"
#include "sim/hazards.hpp"
#include "sim/tile.hpp"
#include "sim/track.hpp"

namespace hazard::sim {

struct Colour {
  float r = 0, g = 0, b = 0;
};
constexpr Colour operator*(Colour c, float k) noexcept { return {c.r * k, c.g * k, c.b * k}; }
constexpr Colour operator+(Colour a, Colour b) noexcept { return {a.r + b.r, a.g + b.g, a.b + b.b}; }
constexpr Colour blend(Colour a, Colour b, float w) noexcept { return a * (1 - w) + b * w; }

// One painted line along the road.
struct LaneLine {
  float t = 0;  // its middle
  float half_m = 0.06F;
  float dash_m = 0;  // 0: solid
  float period_m = 12;
  float wear = 0.3F;  // 0 new .. 1 mostly gone
  Colour paint{210, 210, 205};
};

// Positions are metres right of the own lane's middle.
struct CrossSection {
  float asphalt_left = -7;
  float asphalt_right = 3;
  float lane_left = -5.25F;  // edges of the driven part
  float lane_right = 1.75F;
  float soil_m = 1;  // bare strip between asphalt and grass
  std::vector<LaneLine> lines;
};

struct Palette {
  Colour asphalt{105, 105, 107};
  Colour shoulder{96, 95, 94};
  Colour soil{140, 110, 88};
  Colour grass{84, 104, 50};
  Colour dry_grass{150, 146, 92};
  Colour dust{150, 122, 100};
  Colour haze{196, 206, 216};
  Colour sky_top{96, 140, 196};
  Colour sky_low{200, 214, 226};
  Colour cloud{236, 238, 240};
  float grain = 1;          // how coarse the asphalt looks
  float streaks = 1;        // marks of traffic along the road
  float cloudiness = 0.5F;  // 0..1
  float dustiness = 0.2F;   // 0..1
};

struct Sun {
  float to_t = 0.6F;  // direction towards it on the ground, unit length, at the start of the drive
  float to_z = -0.8F;
  float slope = 0.8F;  // tangent of its height
  float shade = 0.6F;  // brightness of a shadow; 1: overcast
};

struct Scene {
  explicit Scene(const DriveOptions& drive_options);

  DriveOptions options;
  Track track;
  CrossSection road;
  Palette palette;
  Sun sun;
  HazardField hazards;
  Tile grain;
  Tile tone;                     // unevenness of the asphalt
  Tile clouds;                   // unevenness from a hand's width to metres; also the sky's clouds and the trees' leaves
  std::vector<float> lane_tone;  // lateral tone of the asphalt every kToneStep from road.asphalt_left
  static constexpr float kToneStep = 0.05F;
};

}  // namespace hazard::sim
