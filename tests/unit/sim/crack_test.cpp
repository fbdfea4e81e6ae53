#include "sim/crack.hpp"

#include <gtest/gtest.h>

#include "unit/sim/rows.hpp"

namespace hazard::sim {
namespace {

struct Setting {
  Setting() : scene(options()), view(scene.options, scene.track, 0) {}
  static DriveOptions options() {
    DriveOptions drive;
    drive.size = {640, 360};
    drive.shake = 0;
    return drive;
  }
  Scene scene;
  View view;
};

// A straight crack across the road, `wide_m` wide, `ahead` metres ahead.
Hazard straight(double ahead, float wide_m) {
  Hazard hazard;
  hazard.kind = HazardKind::transverse;
  hazard.s = ahead;
  hazard.strands = {{{{{0, -1}, wide_m / 2}, {{0, 1}, wide_m / 2}}}};
  return hazard;
}

TEST(crack, outline_lies_where_its_ends_are_projected) {
  const Setting set;
  const Outline outline = crack_outline(set.view, straight(8, 0.01F), set.scene.options.size);
  Point left;
  Point right;
  ASSERT_TRUE(set.view.project(8, -1, 0, left));
  ASSERT_TRUE(set.view.project(8, 1, 0, right));
  EXPECT_NEAR(outline.visible.x1, left.x, 0.6);
  EXPECT_NEAR(outline.visible.x2, right.x, 0.6);
  EXPECT_NEAR((outline.visible.y1 + outline.visible.y2) / 2, left.y, 0.6);
}

TEST(crack, wider_and_nearer_cracks_have_more_ink_and_are_bolder) {
  const Setting set;
  const domain::SizePx size = set.scene.options.size;
  EXPECT_GT(crack_outline(set.view, straight(8, 0.02F), size).ink_px,
            1.5F * crack_outline(set.view, straight(8, 0.01F), size).ink_px);
  EXPECT_GT(crack_outline(set.view, straight(6, 0.01F), size).boldness,
            crack_outline(set.view, straight(12, 0.01F), size).boldness);
}

TEST(crack, behind_the_camera_it_has_no_outline_and_paints_nothing) {
  const Setting set;
  const Hazard hazard = straight(-3, 0.02F);
  EXPECT_TRUE(crack_outline(set.view, hazard, set.scene.options.size).visible.empty());
  Row row = level_row(640, -3, 3, 5);
  row.y = 200;
  CrackMask(set.view, hazard, set.scene.options.size).paint(set.scene, 0, row);
  EXPECT_EQ(changed_pixels(row), 0);
}

TEST(crack, paints_dark_pixels_inside_its_outline_only) {
  const Setting set;
  const Hazard hazard = straight(6, 0.03F);
  const Outline outline = crack_outline(set.view, hazard, set.scene.options.size);
  const CrackMask mask(set.view, hazard, set.scene.options.size);
  int painted = 0;
  for (int y = 0; y < 360; ++y) {
    Row row = level_row(640, -3, 3, 6);
    row.y = y;
    mask.paint(set.scene, 0, row);
    for (int x = 0; x < 640; ++x) {
      const float g = row.g[static_cast<std::size_t>(x)];
      if (g == 100) continue;
      ++painted;
      EXPECT_LT(g, 100);
      EXPECT_GE(static_cast<float>(x + 1), outline.visible.x1 - 1);
      EXPECT_LE(static_cast<float>(x), outline.visible.x2 + 1);
      EXPECT_GE(static_cast<float>(y + 1), outline.visible.y1 - 1);
      EXPECT_LE(static_cast<float>(y), outline.visible.y2 + 1);
    }
  }
  EXPECT_GT(painted, 100);
}

}  // namespace
}  // namespace hazard::sim
