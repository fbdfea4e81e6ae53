#include "sim/structures.hpp"

#include <gtest/gtest.h>

#include "unit/sim/rows.hpp"

namespace hazard::sim {
namespace {

Panel square(float x1, float y1, float x2, float y2) {
  Panel panel;
  panel.corners = {Point{x1, y1}, {x2, y1}, {x2, y2}, {x1, y2}};
  panel.top = y1;
  panel.bottom = y2;
  panel.z = 30;
  panel.colour = {200, 200, 200};
  return panel;
}

TEST(structures, panel_fills_its_pixels_and_becomes_their_distance) {
  Row row = level_row(20, 0, 20, 5);
  row.y = 4;
  paint_panel(row, square(5, 2, 10, 8));
  EXPECT_EQ(changed_pixels(row), 5);
  EXPECT_EQ(row.g[5], 200);
  EXPECT_EQ(row.g[10], 100);
  EXPECT_EQ(row.z[7], 30);
  EXPECT_EQ(row.z[4], 5);
}

TEST(structures, panel_covers_part_of_a_pixel_by_its_share) {
  Row row = level_row(20, 0, 20, 5);
  row.y = 2;
  paint_panel(row, square(5.5F, 2.5F, 10, 8));
  EXPECT_FLOAT_EQ(row.g[7], 150);
  EXPECT_FLOAT_EQ(row.g[5], 125);
}

TEST(structures, panel_above_or_beside_the_row_leaves_it_alone) {
  Row row = level_row(20, 0, 20, 5);
  row.y = 12;
  paint_panel(row, square(5, 2, 10, 8));
  row.y = 4;
  paint_panel(row, square(-30, 2, -10, 8));
  paint_panel(row, square(40, 2, 50, 8));
  EXPECT_EQ(changed_pixels(row), 0);
}

TEST(structures, a_long_drive_passes_rails_and_bridges) {
  const Scene scene(DriveOptions{});
  std::size_t most = 0;
  for (double time = 0; time < 600; time += 5) {
    const View view(scene.options, scene.track, time);
    const auto panels = panels_of(scene, view);
    most = std::max(most, panels.size());
    for (const Panel& panel : panels) {
      EXPECT_LE(panel.top, panel.bottom);
      EXPECT_GT(panel.z, 0);
    }
  }
  EXPECT_GT(most, 50U);
  EXPECT_LT(most, 1000U);
}

}  // namespace
}  // namespace hazard::sim
