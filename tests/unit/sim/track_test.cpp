#include "sim/track.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/noise.hpp"

namespace hazard::sim {
namespace {

constexpr double kMetresPerDegree = 111'195;

double apart_m(Track::Place a, Track::Place b) {
  const double north = (b.latitude - a.latitude) * kMetresPerDegree;
  const double east = (b.longitude - a.longitude) * kMetresPerDegree * std::cos(radians(a.latitude));
  return std::hypot(north, east);
}

TEST(track, starts_where_it_was_told) {
  const Track track(3, 52, 13);
  EXPECT_NEAR(track.place(0).latitude, 52, 1e-9);
  EXPECT_NEAR(track.place(0).longitude, 13, 1e-9);
}

TEST(track, place_moves_as_far_as_the_road_is_long) {
  const Track track(3, 52, 13);
  for (double s = 0; s < 3 * Track::kPeriod; s += 1777) EXPECT_NEAR(apart_m(track.place(s), track.place(s + 10)), 10, 0.1) << s;
}

TEST(track, place_moves_in_the_direction_of_the_heading) {
  const Track track(9, 10, 20);
  for (double s = 100; s < 20'000; s += 991) {
    const Track::Place a = track.place(s - 5);
    const Track::Place b = track.place(s + 5);
    const double north = (b.latitude - a.latitude) * kMetresPerDegree;
    const double east = (b.longitude - a.longitude) * kMetresPerDegree * std::cos(radians(10));
    EXPECT_NEAR(std::remainder(std::atan2(east, north) - track.heading(s), 2 * kPi), 0, 0.02) << s;
  }
}

TEST(track, bends_and_hills_are_gentle) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Track track(seed, 0, 0);
    for (double s = 0; s < Track::kPeriod; s += 37) {
      EXPECT_LT(std::abs(track.heading(s + 1) - track.heading(s)), 1.0 / 250) << seed;
      EXPECT_LT(std::abs(track.grade(s)), 0.04) << seed;
    }
  }
}

TEST(track, seeds_lead_elsewhere) { EXPECT_NE(Track(1, 0, 0).heading(0), Track(2, 0, 0).heading(0)); }

TEST(track, latitude_stays_on_the_globe) {
  const Track track(4, 84.9, 0);
  for (double s = 0; s < 4e6; s += 1e5) {
    EXPECT_LE(track.place(s).latitude, 85);
    EXPECT_TRUE(std::isfinite(track.place(s).longitude));
  }
}

}  // namespace
}  // namespace hazard::sim
