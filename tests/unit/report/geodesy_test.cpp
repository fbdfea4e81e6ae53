#include "report/geodesy.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace hazard::report {
namespace {

using domain::GeoPoint;

TEST(Geodesy, a_degree_of_a_great_circle_is_111_195_metres) {
  EXPECT_NEAR(distance_m({0, 0}, {0, 1}), 111'195.08, 0.01);
  EXPECT_NEAR(distance_m({0, 0}, {1, 0}), 111'195.08, 0.01);
  EXPECT_NEAR(distance_m({60, 10}, {60, 11}), 55'595, 8);  // half of it, less what the great circle saves
}

TEST(Geodesy, known_cities_are_as_far_apart_as_a_sphere_says) {
  // Berlin to Paris; 877.5 km on the sphere.
  EXPECT_NEAR(distance_m({52.5200, 13.4050}, {48.8566, 2.3522}) / 1000, 877.46, 0.1);
}

TEST(Geodesy, distance_is_exact_for_centimetres_and_for_antipodes) {
  EXPECT_NEAR(distance_m({52, 13}, {52 + 1e-7, 13}), 0.0111195, 1e-5);
  EXPECT_NEAR(distance_m({0, 0}, {0, 180}), kEarthRadiusM * 3.14159265358979, 1);
  EXPECT_EQ(distance_m({5, 5}, {5, 5}), 0);
}

TEST(Geodesy, bearings_go_clockwise_from_north) {
  EXPECT_NEAR(bearing_deg({0, 0}, {1, 0}), 0, 1e-9);
  EXPECT_NEAR(bearing_deg({0, 0}, {0, 1}), 90, 1e-9);
  EXPECT_NEAR(bearing_deg({0, 0}, {-1, 0}), 180, 1e-9);
  EXPECT_NEAR(bearing_deg({0, 0}, {0, -1}), 270, 1e-9);
  EXPECT_EQ(bearing_deg({3, 3}, {3, 3}), 0);
}

TEST(Geodesy, the_destination_lies_as_far_and_in_the_direction_asked_for) {
  for (const GeoPoint from : {GeoPoint{52, 13}, GeoPoint{-33.9, 151.2}, GeoPoint{0, 179.9999}}) {
    for (const double bearing : {0.0, 45.0, 133.0, 270.0, 359.0}) {
      const GeoPoint to = destination(from, bearing, 25);
      EXPECT_TRUE(is_valid(to));
      EXPECT_NEAR(distance_m(from, to), 25, 1e-4);
      EXPECT_LT(heading_difference_deg(bearing_deg(from, to), bearing), 1e-3);
    }
  }
}

TEST(Geodesy, offsets_agree_with_the_great_circle_and_lead_back) {
  for (const GeoPoint from : {GeoPoint{52, 13}, GeoPoint{-69, 20}, GeoPoint{10, 179.9999}, GeoPoint{10, -179.9999}}) {
    for (const Offset by : {Offset{800, 600}, Offset{-800, 600}, Offset{0, -1000}, Offset{3, 4}}) {
      const GeoPoint to = moved(from, by);
      EXPECT_TRUE(is_valid(to));
      EXPECT_NEAR(distance_m(from, to), by.length(), 0.01);
      const Offset back = offset_m(from, to);
      EXPECT_NEAR(back.east, by.east, 1e-6);
      EXPECT_NEAR(back.north, by.north, 1e-6);
    }
  }
}

TEST(Geodesy, headings_differ_by_the_smaller_angle) {
  EXPECT_EQ(heading_difference_deg(10, 350), 20);
  EXPECT_EQ(heading_difference_deg(350, 10), 20);
  EXPECT_EQ(heading_difference_deg(0, 180), 180);
  EXPECT_EQ(heading_difference_deg(90, 90), 0);
  EXPECT_EQ(heading_difference_deg(-90, 270), 0);
}

TEST(Geodesy, only_places_on_the_globe_are_valid) {
  EXPECT_TRUE(is_valid({90, 180}));
  EXPECT_TRUE(is_valid({-90, -180}));
  EXPECT_FALSE(is_valid({90.0001, 0}));
  EXPECT_FALSE(is_valid({0, -180.0001}));
  EXPECT_FALSE(is_valid({std::numeric_limits<double>::quiet_NaN(), 0}));
  EXPECT_FALSE(is_valid({0, std::numeric_limits<double>::infinity()}));
}

}  // namespace
}  // namespace hazard::report
