#include "report/position_track.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "support/hazards.hpp"

namespace hazard::report {
namespace {

using test::at_second;

constexpr domain::GeoPoint kStart{52.5, 13.4};

struct PositionTrackTest : testing::Test {
  // `east` metres from the start.
  FixAnswer add(double east, double second, std::optional<double> accuracy = 5, double age = 0) {
    const domain::GeoPoint point = moved(kStart, {east, 0});
    return track.add({point.latitude, point.longitude, accuracy, {}, {}}, at_second(second), at_second(second + age));
  }
  double east_at(double second) {
    const auto pose = track.at(at_second(second));
    return pose ? offset_m(kStart, pose->point).east : std::numeric_limits<double>::quiet_NaN();
  }
  PositionTrack track;
};

TEST_F(PositionTrackTest, places_between_two_fixes_lie_on_the_line_between_them) {
  EXPECT_EQ(add(0, 0), FixAnswer::taken);
  EXPECT_EQ(add(10, 1), FixAnswer::taken);
  EXPECT_NEAR(east_at(0.3), 3, 0.01);
  EXPECT_NEAR(east_at(1), 10, 0.01);
  const auto pose = track.at(at_second(0.5));
  EXPECT_NEAR(*pose->heading_deg, 90, 0.1);
  EXPECT_NEAR(pose->speed_mps, 10, 0.01);
  EXPECT_NEAR(pose->shared_sigma_m, 5 / 1.51, 1e-9);
  EXPECT_FALSE(pose->carried);
}

TEST_F(PositionTrackTest, is_carried_on_by_its_course_until_the_limit_with_growing_doubt) {
  add(0, 0);
  add(10, 1);
  EXPECT_NEAR(east_at(3), 30, 0.1);
  EXPECT_TRUE(track.at(at_second(3))->carried);
  EXPECT_GT(track.at(at_second(4))->own_sigma_m, track.at(at_second(2))->own_sigma_m);
  EXPECT_TRUE(track.at(at_second(6)).has_value());
  EXPECT_FALSE(track.at(at_second(6.1)).has_value());
  EXPECT_FALSE(track.at(at_second(-5.1)).has_value());
}

TEST_F(PositionTrackTest, a_single_fix_has_no_heading_and_the_doubt_of_a_standing_place) {
  add(0, 0);
  const auto pose = track.at(at_second(0));
  ASSERT_TRUE(pose.has_value());
  EXPECT_FALSE(pose->heading_deg.has_value());
  EXPECT_EQ(pose->speed_mps, 0);
}

TEST_F(PositionTrackTest, without_fixes_nothing_is_known) {
  EXPECT_FALSE(track.at(at_second(0)).has_value());
  EXPECT_TRUE(track.empty());
}

TEST_F(PositionTrackTest, zero_and_places_off_the_globe_are_refused_and_counted) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(track.add({0, 0, 5, {}, {}}, at_second(0), at_second(0)), FixAnswer::zero);
  EXPECT_EQ(track.add({91, 0, 5, {}, {}}, at_second(0), at_second(0)), FixAnswer::invalid);
  EXPECT_EQ(track.add({kNan, 5, 5, {}, {}}, at_second(0), at_second(0)), FixAnswer::invalid);
  EXPECT_EQ(track.add({0, 1e-7, 5, {}, {}}, at_second(0), at_second(0)), FixAnswer::taken);  // the Gulf of Guinea exists
  EXPECT_EQ(track.answers()[static_cast<std::size_t>(FixAnswer::invalid)], 2U);
  EXPECT_EQ(track.answers()[static_cast<std::size_t>(FixAnswer::zero)], 1U);
  EXPECT_EQ(track.answers()[static_cast<std::size_t>(FixAnswer::taken)], 1U);
}

TEST_F(PositionTrackTest, a_fix_at_the_age_limit_is_taken_and_beyond_it_stale) {
  EXPECT_EQ(add(0, 0, 5, 10), FixAnswer::taken);
  EXPECT_EQ(add(10, 1, 5, 10.001), FixAnswer::stale);
  EXPECT_EQ(add(10, 1, 5, -100), FixAnswer::taken);  // a clock ahead of ours is no age
}

TEST_F(PositionTrackTest, a_stated_accuracy_at_the_limit_is_taken_and_worse_is_not) {
  EXPECT_EQ(add(0, 0, 150), FixAnswer::taken);
  EXPECT_EQ(add(5, 1, 150.1), FixAnswer::inaccurate);
}

TEST_F(PositionTrackTest, an_accuracy_that_is_missing_or_senseless_counts_as_a_phones_usual) {
  add(0, 0, std::nullopt);
  EXPECT_NEAR(track.at(at_second(0))->shared_sigma_m, 10 / 1.51, 1e-9);
  PositionTrack other;
  other.add({52, 13, -1, {}, {}}, at_second(0), at_second(0));
  EXPECT_NEAR(other.at(at_second(0))->shared_sigma_m, 10 / 1.51, 1e-9);
}

TEST_F(PositionTrackTest, jumps_are_refused_at_once_and_believed_when_they_last) {
  add(0, 0);
  EXPECT_EQ(add(79, 1), FixAnswer::taken);  // 70 m/s and the accuracies of both
  EXPECT_EQ(add(2000, 2), FixAnswer::jump);
  EXPECT_EQ(add(95, 2.5), FixAnswer::taken);  // back again: it was an error
  EXPECT_EQ(add(5000, 4), FixAnswer::jump);
  EXPECT_EQ(add(5010, 5), FixAnswer::jump);
  EXPECT_EQ(add(5020, 6), FixAnswer::taken);
  EXPECT_NEAR(east_at(6), 5020, 0.5);
  EXPECT_FALSE(track.at(at_second(0)).has_value());  // nothing lies between the two places
}

TEST_F(PositionTrackTest, jumps_all_over_the_place_are_never_believed) {
  add(0, 0);
  for (int i = 1; i <= 10; ++i) EXPECT_EQ(add(i % 2 == 0 ? 50'000 : -50'000, i), FixAnswer::jump);
  EXPECT_NEAR(east_at(0), 0, 0.01);
}

TEST_F(PositionTrackTest, fixes_out_of_order_are_refused) {
  add(0, 5);
  EXPECT_EQ(add(5, 4.9), FixAnswer::unordered);
  EXPECT_EQ(add(5, 5), FixAnswer::unordered);
}

TEST_F(PositionTrackTest, a_fix_sent_with_every_picture_until_the_next_does_not_stand_still) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(add(0, i * 0.1), i == 0 ? FixAnswer::taken : FixAnswer::repeated);
  add(10, 1);
  EXPECT_NEAR(east_at(0.5), 5, 0.01);
}

TEST_F(PositionTrackTest, a_vehicle_that_stood_stays_there_until_it_moved) {
  for (int i = 0; i <= 60; ++i) add(0, i);
  add(10, 61);
  EXPECT_NEAR(east_at(30), 0, 0.01);
  EXPECT_NEAR(east_at(60.5), 5, 0.01);
}

TEST_F(PositionTrackTest, between_fixes_too_far_apart_in_time_nothing_is_invented) {
  add(0, 0);
  add(100, 15);
  EXPECT_NEAR(east_at(7.5), 50, 0.1);
  PositionTrack other;
  track = other;
  add(0, 0);
  add(100, 15.1);
  EXPECT_FALSE(track.at(at_second(7.5)).has_value());
}

TEST_F(PositionTrackTest, a_heading_that_was_sent_is_used_while_driving) {
  track.add({52.5, 13.4, 5, 123.0, 10.0}, at_second(0), at_second(0));
  EXPECT_EQ(track.at(at_second(0))->heading_deg, 123);
  PositionTrack standing;
  standing.add({52.5, 13.4, 5, 400.0, 10.0}, at_second(0), at_second(0));
  EXPECT_FALSE(standing.at(at_second(0))->heading_deg.has_value());
}

TEST_F(PositionTrackTest, keeps_only_the_last_fixes) {
  for (int i = 0; i < 200; ++i) add(i * 10.0, i);
  EXPECT_FALSE(track.at(at_second(100)).has_value());
  EXPECT_TRUE(track.at(at_second(199.0 - (PositionTrack::kFixesMost - 1))).has_value());
}

TEST(FixAnswer, has_a_word_each) {
  for (std::size_t i = 0; i < kFixAnswerCount; ++i) EXPECT_FALSE(to_string(static_cast<FixAnswer>(i)).empty());
}

}  // namespace
}  // namespace hazard::report
