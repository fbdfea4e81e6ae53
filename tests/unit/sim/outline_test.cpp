#include "sim/outline.hpp"

#include <gtest/gtest.h>

namespace hazard::sim {
namespace {

TEST(outline, line_inside_the_picture_is_taken_whole) {
  Extent extent;
  EXPECT_TRUE(add_clipped(extent, {10, 20}, {30, 40}, {100, 100}));
  EXPECT_EQ(extent.x1, 10);
  EXPECT_EQ(extent.y2, 40);
}

TEST(outline, line_across_the_picture_is_cut_at_its_edges) {
  Extent extent;
  EXPECT_TRUE(add_clipped(extent, {-50, 50}, {150, 50}, {100, 100}));
  EXPECT_EQ(extent.x1, 0);
  EXPECT_EQ(extent.x2, 100);
  EXPECT_EQ(extent.y1, 50);
}

TEST(outline, line_outside_adds_nothing) {
  Extent extent;
  EXPECT_FALSE(add_clipped(extent, {-5, 0}, {-5, 100}, {100, 100}));
  EXPECT_FALSE(add_clipped(extent, {0, 120}, {100, 110}, {100, 100}));
  EXPECT_FALSE(add_clipped(extent, {-10, 95}, {50, 215}, {100, 100}));
  EXPECT_TRUE(extent.empty());
  EXPECT_EQ(extent.area(), 0);
}

TEST(outline, growing_stops_at_the_picture) {
  Extent extent;
  extent.add(Point{1, 50});
  const Extent grown = extent.clamped(3, {100, 52});
  EXPECT_EQ(grown.x1, 0);
  EXPECT_EQ(grown.x2, 4);
  EXPECT_EQ(grown.y1, 47);
  EXPECT_EQ(grown.y2, 52);
}

}  // namespace
}  // namespace hazard::sim
