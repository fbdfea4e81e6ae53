#include "sim/pothole.hpp"

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

Hazard hole(double ahead, float radius) {
  Hazard hazard;
  hazard.kind = HazardKind::pothole;
  hazard.s = ahead;
  hazard.pothole.radius_t = hazard.pothole.radius_z = radius;
  hazard.pothole.noise_x = 10;
  return hazard;
}

TEST(pothole, outline_is_about_its_radius_around_its_middle) {
  const Setting set;
  const PotholeMark mark(set.scene, set.view, hole(7, 0.4F));
  const Outline outline = mark.outline(set.scene.options.size);
  Point middle;
  ASSERT_TRUE(set.view.project(7, 0, 0, middle));
  EXPECT_LT(outline.visible.x1, middle.x);
  EXPECT_GT(outline.visible.x2, middle.x);
  const auto px_per_m = static_cast<float>(set.view.focal_px() / 7);
  EXPECT_NEAR(outline.visible.x2 - outline.visible.x1, 0.8F * px_per_m, 0.4F * px_per_m);
  EXPECT_GT(outline.ink_px, 0.4F * outline.visible.area());
  EXPECT_LT(outline.ink_px, outline.visible.area());
}

TEST(pothole, is_darker_than_the_road_in_the_mean) {
  const Setting set;
  const PotholeMark mark(set.scene, set.view, hole(7, 0.4F));
  Row row = level_row(400, -2, 2, 7);
  for (std::size_t i = 0; i < 400; ++i) row.r[i] = row.g[i] = row.b[i] = set.scene.palette.asphalt.g;
  mark.paint(row);
  double sum = 0;
  for (int x = row.pixel_at(-0.2F); x < row.pixel_at(0.2F); ++x) sum += static_cast<double>(row.g[static_cast<std::size_t>(x)]);
  EXPECT_LT(sum / (row.pixel_at(0.2F) - row.pixel_at(-0.2F)), 0.85 * static_cast<double>(set.scene.palette.asphalt.g));
}

TEST(pothole, leaves_rows_and_pixels_beyond_its_reach_alone) {
  const Setting set;
  const PotholeMark mark(set.scene, set.view, hole(7, 0.4F));
  Row beyond = level_row(400, -2, 2, 8.2F);
  mark.paint(beyond);
  EXPECT_EQ(changed_pixels(beyond), 0);
  Row beside = level_row(400, 1, 5, 7);
  mark.paint(beside);
  EXPECT_EQ(changed_pixels(beside), 0);
}

TEST(pothole, behind_the_camera_it_has_no_extent) {
  const Setting set;
  EXPECT_LE(PotholeMark(set.scene, set.view, hole(-5, 0.4F)).outline(set.scene.options.size).visible.area(), 0);
}

}  // namespace
}  // namespace hazard::sim
