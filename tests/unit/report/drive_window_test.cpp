#include "report/drive_window.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/hazards.hpp"

namespace hazard::report {
namespace {

using test::at_second;

constexpr domain::GeoPoint kHere{52.5, 13.4};

struct DriveWindowTest : testing::Test {
  // Hazards a, b, c lie 3 m apart to the east; the drive is `shift` off.
  std::vector<Candidate> known() const {
    std::vector<Candidate> all;
    for (const auto& [id, east] : std::vector<std::pair<std::string, double>>{{"a", 0}, {"b", 3}, {"c", 9}}) {
      all.push_back({id, moved(kHere, {east, 0}), 0.25, 0});
    }
    return all;
  }
  WindowEntry entry(double east, double second, double sigma = 5) const {
    return {.sighting_id = "s",
            .class_name = "pothole",
            .first_seen = at_second(second - 0.4),
            .last_seen = at_second(second),
            .point = moved(kHere, {east, 0}),
            .own_sigma_m = 0.5,
            .shared_sigma_m = sigma,
            .candidates = known()};
  }
  std::string add(double east, double second) {
    window.make_room(at_second(second));
    alignment = window.add(entry(east, second));
    WindowEntry& mine = window.entries().back();
    const auto match = alignment.of.back();
    mine.hazard_id = match ? mine.candidates[*match].hazard_id : "new";
    mine.created = !match;
    return mine.hazard_id;
  }
  DriveWindow window{{}};
  Alignment alignment;
};

TEST_F(DriveWindowTest, a_single_sighting_goes_to_the_nearest_hazard_within_its_error) {
  EXPECT_EQ(add(3.4, 0), "b");
  EXPECT_EQ(window.entries().size(), 1U);
}

TEST_F(DriveWindowTest, a_single_sighting_beyond_its_error_is_new) {
  EXPECT_EQ(add(60, 0), "new");
  EXPECT_EQ(alignment.matched(), 0U);
}

TEST_F(DriveWindowTest, a_pattern_is_matched_as_a_whole_though_each_alone_is_nearer_to_another) {
  // All are 2.6 m too far east: alone, the first would be b.
  add(2.6, 0);
  add(5.6, 0.5);
  add(11.6, 1);
  ASSERT_EQ(alignment.matched(), 3U);
  const auto& entries = window.entries();
  EXPECT_EQ(entries[0].candidates[*alignment.of[0]].hazard_id, "a");
  EXPECT_EQ(entries[1].candidates[*alignment.of[1]].hazard_id, "b");
  EXPECT_EQ(entries[2].candidates[*alignment.of[2]].hazard_id, "c");
  EXPECT_NEAR(alignment.shift.east, 2.6, 0.3);
}

TEST_F(DriveWindowTest, no_hazard_is_taken_by_two_sightings) {
  add(0, 0);
  add(0.2, 2);
  ASSERT_EQ(alignment.of.size(), 2U);
  if (alignment.of[0] && alignment.of[1]) EXPECT_NE(*alignment.of[0], *alignment.of[1]);
}

TEST_F(DriveWindowTest, the_shift_without_an_entry_comes_from_the_others) {
  add(2, 0);
  EXPECT_FALSE(window.without(alignment, 0).has_value());
  add(5, 0.5);
  const auto others = window.without(alignment, 1);
  ASSERT_TRUE(others.has_value());
  EXPECT_EQ(others->matched(), 1U);
}

TEST_F(DriveWindowTest, a_second_look_is_near_in_place_and_not_side_by_side) {
  window.add(entry(0, 10));
  EXPECT_NE(window.same_look(entry(1.2, 12)), nullptr);
  EXPECT_EQ(window.same_look(entry(8, 12)), nullptr);
  EXPECT_EQ(window.same_look(entry(1.2, 10.1)), nullptr);  // seen in the same pictures: two of them
  EXPECT_NE(window.same_look(entry(0.8, 10.1)), nullptr);  // pieces of one
  WindowEntry crack = entry(0, 12);
  crack.class_name = "crack";
  EXPECT_EQ(window.same_look(crack), nullptr);
}

TEST_F(DriveWindowTest, what_the_drive_made_or_left_behind_is_excluded) {
  add(60, 0);  // new
  EXPECT_TRUE(window.excludes("new", at_second(1)));
  EXPECT_EQ(add(0, 1), "a");
  EXPECT_FALSE(window.excludes("a", at_second(1)));  // may still be exchanged with another
  window.make_room(at_second(62));
  EXPECT_TRUE(window.entries().empty());
  EXPECT_TRUE(window.excludes("a", at_second(120.9)));
  EXPECT_FALSE(window.excludes("a", at_second(121)));
}

TEST_F(DriveWindowTest, stays_bounded) {
  for (int i = 0; i < 200; ++i) {
    window.make_room(at_second(i * 0.1));
    WindowEntry one = entry(i * 10.0, i * 0.1);
    for (int k = 0; k < 100; ++k) one.candidates.push_back(one.candidates[0]);
    window.add(std::move(one));
  }
  EXPECT_EQ(window.entries().size(), kWindowSightings);
  EXPECT_EQ(window.entries().front().candidates.size(), kWindowCandidates);
}

TEST_F(DriveWindowTest, a_crossing_heading_costs_a_match) {
  WindowEntry one = entry(12, 0, 3);
  for (Candidate& candidate : one.candidates) candidate.penalty = 100;
  EXPECT_FALSE(window.add(one).of.back().has_value());
}

}  // namespace
}  // namespace hazard::report
