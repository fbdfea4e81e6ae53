#include "sim/tile.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace hazard::sim {
namespace {

std::vector<std::uint8_t> counting(int bits) {
  std::vector<std::uint8_t> texels(std::size_t{1} << (2 * bits));
  for (std::size_t i = 0; i < texels.size(); ++i) texels[i] = static_cast<std::uint8_t>(i * 7);
  return texels;
}

TEST(tile, finest_level_returns_its_texels_at_their_places) {
  const Tile tile(counting(3), 3, 8);  // a texel a metre
  const TileLevel level = tile.finest();
  EXPECT_EQ(level.at(0, 0), 0);
  EXPECT_EQ(level.at(3, 0), 21);
  EXPECT_EQ(level.at(0, 2), 16 * 7);
}

TEST(tile, values_between_texels_are_interpolated) {
  const Tile tile(counting(3), 3, 8);
  EXPECT_FLOAT_EQ(tile.finest().at(0.5F, 0), 3.5F);
  EXPECT_FLOAT_EQ(tile.finest().at(0, 0.25F), 14);
}

TEST(tile, repeats_after_its_side) {
  const Tile tile(counting(3), 3, 8);
  for (float x = 0; x < 8; x += 0.7F) EXPECT_NEAR(tile.finest().at(x, 1), tile.finest().at(x + 16, 1 + 8), 1);
}

TEST(tile, level_follows_each_direction_of_the_footprint) {
  const Tile tile(counting(4), 4, 16);
  EXPECT_EQ(tile.level(0.5F, 0.5F).bits_x, 4);
  EXPECT_EQ(tile.level(1.9F, 1).bits_x, 4);
  EXPECT_EQ(tile.level(2, 1).bits_x, 3);
  EXPECT_EQ(tile.level(2, 1).mask_y, 15);
  EXPECT_EQ(tile.level(1, 4).mask_y, 3);
  EXPECT_EQ(tile.level(1, 4).bits_x, 4);
}

TEST(tile, footprint_beyond_the_tile_gives_its_mean) {
  const Tile tile(std::vector<std::uint8_t>{0, 100, 100, 200}, 1, 2);
  const TileLevel level = tile.level(1e6F, 1e6F);
  EXPECT_NEAR(level.at(0.3F, 0.9F), 100, 1);
}

TEST(tile, fraction_grows_from_one_level_to_the_next) {
  const Tile tile(counting(4), 4, 16);
  EXPECT_EQ(tile.fraction(0.1F), 0);
  EXPECT_EQ(tile.fraction(1), 0);
  EXPECT_FLOAT_EQ(tile.fraction(3), 0.5F);
  EXPECT_EQ(tile.fraction(4), 0);
}

TEST(tile, made_textures_are_centred_and_pale_with_distance) {
  for (const Tile& tile : {make_grain_tile(5, 7, 0.64), make_cloud_tile(5, 7, 10, 4, 4, 0.6), make_tone_tile(5, 7, 10)}) {
    const auto side = static_cast<float>(tile.side_m());
    double near = 0;
    double spread_near = 0;
    double spread_far = 0;
    const float px = side / 128;
    for (int i = 0; i < 128; ++i) {
      for (int j = 0; j < 128; ++j) {
        const auto x = static_cast<float>(i) * px;
        const auto y = static_cast<float>(j) * px;
        near += static_cast<double>(tile.finest().at(x, y));
        spread_near += std::abs(static_cast<double>(tile.finest().signed_at(x, y)));
        spread_far += std::abs(static_cast<double>(tile.level(side / 4, side / 4).signed_at(x, y)));
      }
    }
    EXPECT_NEAR(near / (128 * 128), 128, 14);
    EXPECT_LT(spread_far, spread_near);
    EXPECT_GT(spread_near / (128 * 128), 0.02);
  }
}

TEST(tile_death, refuses_texels_that_do_not_fill_it) { EXPECT_DEATH(Tile(std::vector<std::uint8_t>(15), 2, 1), "texels"); }

}  // namespace
}  // namespace hazard::sim
