#include "sim/row.hpp"

#include <gtest/gtest.h>

#include "unit/sim/rows.hpp"

namespace hazard::sim {
namespace {

TEST(row, pixel_at_finds_the_first_at_or_right_of_a_place) {
  const Row row = level_row(10, 0, 10, 5);  // centres at 0.5, 1.5, ...
  EXPECT_EQ(row.pixel_at(-3), 0);
  EXPECT_EQ(row.pixel_at(1.5F), 1);
  EXPECT_EQ(row.pixel_at(1.6F), 2);
  EXPECT_EQ(row.pixel_at(99), 10);
}

TEST(row, covered_is_the_share_of_the_footprint) {
  EXPECT_FLOAT_EQ(covered(5, 0.5F, 0, 10), 1);
  EXPECT_FLOAT_EQ(covered(0, 0.5F, 0, 10), 0.5F);
  EXPECT_FLOAT_EQ(covered(5, 2, 4.5F, 5.5F), 0.25F);
  EXPECT_FLOAT_EQ(covered(-1, 0.5F, 0, 10), 0);
}

TEST(row, mix_in_and_scale_change_one_pixel) {
  Row row = level_row(3, 0, 3, 5);
  row.mix_in(1, {0, 200, 100}, 0.5F);
  EXPECT_EQ(row.r[1], 50);
  EXPECT_EQ(row.g[1], 150);
  row.scale(2, 0.5F);
  EXPECT_EQ(row.b[2], 50);
  EXPECT_EQ(row.g[0], 100);
}

}  // namespace
}  // namespace hazard::sim
