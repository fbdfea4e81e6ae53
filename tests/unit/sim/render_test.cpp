#include "sim/render.hpp"

#include <gtest/gtest.h>

namespace hazard::sim {
namespace {

DriveOptions small() {
  DriveOptions options;
  options.size = {160, 90};
  return options;
}

double brightness(const domain::RgbPicture& picture, int from_row, int to_row) {
  double sum = 0;
  for (int i = from_row * picture.size.width * 3; i < to_row * picture.size.width * 3; ++i) {
    sum += picture.pixels[static_cast<std::size_t>(i)];
  }
  return sum / ((to_row - from_row) * picture.size.width * 3);
}

TEST(render, sky_lies_over_the_road) {
  for (std::uint64_t seed = 1; seed < 8; ++seed) {
    DriveOptions options = small();
    options.seed = seed;
    const Scene scene(options);
    domain::RgbPicture picture(options.size);
    render_frame(scene, View(options, scene.track, 0), 0, 0, picture.view());
    EXPECT_GT(brightness(picture, 0, 10), brightness(picture, 70, 90)) << seed;
  }
}

TEST(render, fills_every_pixel) {
  const Scene scene(small());
  domain::RgbPicture black({160, 90});
  domain::RgbPicture white({160, 90});
  std::ranges::fill(white.pixels, std::uint8_t{255});
  const View view(scene.options, scene.track, 3);
  render_frame(scene, view, 30, 3, black.view());
  render_frame(scene, view, 30, 3, white.view());
  EXPECT_EQ(black.pixels, white.pixels);
}

TEST(render, camera_that_sees_no_road_sees_sky) {
  DriveOptions options = small();
  options.camera_pitch_deg = -35;
  const Scene scene(options);
  domain::RgbPicture picture(options.size);
  render_frame(scene, View(options, scene.track, 0), 0, 0, picture.view());
  EXPECT_GT(brightness(picture, 60, 90), 90);
}

TEST(render_death, refuses_another_size) {
  const Scene scene(small());
  domain::RgbPicture picture({10, 10});
  EXPECT_DEATH(render_frame(scene, View(scene.options, scene.track, 0), 0, 0, picture.view()), "size");
}

}  // namespace
}  // namespace hazard::sim
