#include "sim/plants.hpp"

#include <gtest/gtest.h>

#include <set>

namespace hazard::sim {
namespace {

TEST(plants, stand_beside_the_asphalt_on_both_sides) {
  const Scene scene(DriveOptions{});
  int left = 0;
  int right = 0;
  for (double start = 0; start < 3000; start += 300) {
    for (const Plant& plant : plants_between(scene, start, 0, 300)) {
      const auto t = static_cast<float>(plant.t);
      EXPECT_TRUE(t < scene.road.asphalt_left || t > scene.road.asphalt_right);
      EXPECT_GT(plant.tall, 0);
      EXPECT_GT(plant.wide, 0);
      (t < 0 ? left : right) += 1;
    }
  }
  EXPECT_GT(left, 100);
  EXPECT_GT(right, 100);
}

TEST(plants, stay_where_they_are_as_the_camera_moves) {
  const Scene scene(DriveOptions{});
  const auto places = [&](double start) {
    std::set<long> found;
    for (const Plant& plant : plants_between(scene, start, 5, 200)) {
      const double place = plant.z + start;
      if (plant.tall > 1 && place > 130 && place < 190) found.insert(static_cast<long>(place * 1000 + 0.5));
    }
    return found;
  };
  EXPECT_FALSE(places(100).empty());
  EXPECT_EQ(places(100), places(117));
}

TEST(plants, empty_stretch_has_none) {
  const Scene scene(DriveOptions{});
  EXPECT_TRUE(plants_between(scene, 0, 100, 90).empty());
}

}  // namespace
}  // namespace hazard::sim
