#include "sim/ground.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "unit/sim/rows.hpp"

namespace hazard::sim {
namespace {

Scene plain(std::uint64_t seed = 1) {
  DriveOptions options;
  options.seed = seed;
  return Scene(options);
}

double mean_g(const Row& row, float from_t, float to_t) {
  double sum = 0;
  const int from = row.pixel_at(from_t);
  const int to = row.pixel_at(to_t);
  for (int x = from; x < to; ++x) sum += static_cast<double>(row.g[static_cast<std::size_t>(x)]);
  return sum / (to - from);
}

TEST(ground, asphalt_is_grey_and_grass_is_green) {
  const Scene scene = plain();
  Row row = level_row(800, -20, 20, 8);
  paint_ground(scene, 0, row);
  const auto own = static_cast<std::size_t>(row.pixel_at(0.4F));
  EXPECT_LT(std::abs(row.r[own] - row.b[own]), 40);
  const auto grass = static_cast<std::size_t>(row.pixel_at(15));
  EXPECT_GT(row.g[grass], row.b[grass] + 10);
}

TEST(ground, fresh_solid_line_is_brighter_than_the_lane) {
  Scene scene = plain();
  scene.road.lines = {{0, 0.1F, 0, 12, 0, {210, 210, 205}}};
  Row row = level_row(400, -2, 2, 6);
  paint_ground(scene, 0, row);
  EXPECT_GT(mean_g(row, -0.09F, 0.09F), mean_g(row, 0.3F, 1.2F) + 30);
}

TEST(ground, dashes_begin_and_end_along_the_road) {
  Scene scene = plain();
  scene.road.lines = {{0, 0.1F, 4, 12, 0, {210, 210, 205}}};
  const auto line_at = [&](double start, float z) {
    Row row = level_row(400, -2, 2, z);
    paint_ground(scene, start, row);
    return mean_g(row, -0.09F, 0.09F) - mean_g(row, 0.3F, 1.2F);
  };
  EXPECT_GT(line_at(0, 2), 30);     // 2 m after a dash began
  EXPECT_LT(line_at(0, 8), 15);     // in the gap
  EXPECT_GT(line_at(6, 8), 30);     // 14 m: the next dash
  EXPECT_GT(line_at(12e6, 2), 30);  // also far down the road
}

TEST(ground, texture_stays_with_the_road_as_the_camera_moves) {
  const Scene scene = plain();
  Row before = level_row(300, -1, 1, 9);
  Row after = level_row(300, -1, 1, 6);
  paint_ground(scene, 100, before);
  paint_ground(scene, 103, after);
  for (std::size_t x = 0; x < 300; ++x) EXPECT_NEAR(before.g[x], after.g[x], 3) << x;
}

TEST(ground, far_rows_are_smoother_than_near_ones) {
  const Scene scene = plain();
  const auto roughness = [&](float per_px) {
    Row row = level_row(400, -1, 1, 9);
    row.per_px_t = per_px;
    row.per_px_z = per_px * 6;
    paint_ground(scene, 0, row);
    double sum = 0;
    for (std::size_t x = 1; x < 400; ++x) sum += static_cast<double>(std::abs(row.g[x] - row.g[x - 1]));
    return sum;
  };
  EXPECT_LT(roughness(0.1F), 0.5 * roughness(0.005F));
}

}  // namespace
}  // namespace hazard::sim
