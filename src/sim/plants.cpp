#include "sim/plants.hpp"

#include <algorithm>

#include "sim/noise.hpp"

namespace hazard::sim {
namespace {

constexpr double kSlotM = 3.2;   // one plant at most on each side
constexpr double kWoodsM = 170;  // woods, hedges and open stretches take turns over such lengths

}  // namespace

namespace {

constexpr double kTuftSlotM = 0.9;
constexpr double kTuftsM = 55;  // further away they melt into the verge

// Tall grass where the bare strip ends.
void add_tufts(const Scene& scene, double start_m, double from_z, double to_z, int side, double free,
               std::vector<Plant>& plants) {
  const std::uint64_t seed = hash(scene.options.seed, side < 0 ? 0x6A0 : 0x6A1);
  const std::int64_t last = floor_to_int((start_m + std::min(to_z, kTuftsM)) / kTuftSlotM);
  for (std::int64_t slot = floor_to_int((start_m + std::max(from_z, 2.5)) / kTuftSlotM); slot <= last; ++slot) {
    Dice dice(hash(seed, static_cast<std::uint64_t>(slot)));
    const double place = static_cast<double>(slot) * kTuftSlotM;
    const double high = value_noise(seed + 1, place / 40);
    if (!dice.chance(1.7 * high - 0.3)) continue;
    Plant plant;
    plant.z = place + dice.unit() * kTuftSlotM - start_m;
    plant.t = side * (free + dice.range(0.1, 1.6));
    plant.tall = dice.range(0.2, 0.3 + 0.5 * high);
    plant.wide = dice.range(0.3, 0.9);
    plant.noise_x = dice.rangef(20, 60);
    plant.noise_y = dice.rangef(20, 60);
    plant.tone = dice.rangef(0.65, 0.95);
    plant.colour = blend(scene.palette.grass, scene.palette.dry_grass, dice.rangef(0, 0.7));
    plants.push_back(plant);
  }
}

}  // namespace

std::vector<Plant> plants_between(const Scene& scene, double start_m, double from_z, double to_z) {
  std::vector<Plant> plants;
  const std::int64_t first = floor_to_int((start_m + from_z) / kSlotM);
  const std::int64_t last = floor_to_int((start_m + to_z) / kSlotM);
  for (const int side : {-1, 1}) {
    const std::uint64_t seed = hash(scene.options.seed, side < 0 ? 0xB0 : 0xB1);
    const double edge = side < 0 ? -static_cast<double>(scene.road.asphalt_left) : static_cast<double>(scene.road.asphalt_right);
    const double free = edge + static_cast<double>(scene.road.soil_m);
    add_tufts(scene, start_m, from_z, to_z, side, free, plants);
    for (std::int64_t slot = first; slot <= last; ++slot) {
      Dice dice(hash(seed, static_cast<std::uint64_t>(slot)));
      const double place = static_cast<double>(slot) * kSlotM;
      const double woods = value_noise(seed + 7, place / kWoodsM) * 1.5 - 0.25;
      const double hedge = value_noise(seed + 8, place / kWoodsM * 1.7) * 1.5 - 0.4;
      Plant plant;
      plant.tree = dice.chance(0.5);
      if (!dice.chance(plant.tree ? woods : hedge)) continue;
      plant.z = (static_cast<double>(slot) + dice.unit()) * kSlotM - start_m;
      plant.t = side * (free + (plant.tree ? dice.range(3, 15) : dice.range(1.4, 8)));
      plant.tall = plant.tree ? dice.range(3, 11) : dice.range(0.4, 2.1);
      plant.wide = plant.tall * (plant.tree ? dice.range(0.26, 0.46) : dice.range(0.5, 1.3));
      plant.noise_x = dice.rangef(20, 60);
      plant.noise_y = dice.rangef(20, 60);
      plant.tone = dice.rangef(0.7, 1.1);
      plant.colour =
          blend(Colour{46, 62, 32}, blend(Colour{78, 94, 48}, scene.palette.dry_grass * 0.7F, 0.35F), dice.rangef(0, 1));
      plants.push_back(plant);
    }
  }
  return plants;
}

}  // namespace hazard::sim
