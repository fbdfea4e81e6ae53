#include "sim/hazards.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

namespace hazard::sim {
namespace {

HazardField field(double per_km, std::uint64_t seed = 1) { return {seed, per_km, -7, 3.5}; }

TEST(hazards, clean_road_has_none) {
  EXPECT_TRUE(field(0).between(0, 10'000).empty());
  EXPECT_TRUE(field(-3).between(0, 10'000).empty());
}

TEST(hazards, as_many_as_asked_for) {
  EXPECT_NEAR(static_cast<double>(field(120).between(0, 10'000).size()), 1200, 4);
  EXPECT_NEAR(static_cast<double>(field(1).between(0, 10'000).size()), 10, 2);
}

TEST(hazards, rate_is_limited) {
  EXPECT_EQ(field(kHazardsPerKmMost + 500).between(0, 1000).size(), field(kHazardsPerKmMost).between(0, 1000).size());
  EXPECT_GT(field(kHazardsPerKmMost).between(0, 1000).size(), field(kHazardsPerKmMost - 50).between(0, 1000).size());
}

TEST(hazards, any_stretch_gives_the_same_hazards) {
  const auto all = field(150).between(0, 500);
  std::map<std::uint64_t, double> places;
  for (const Hazard& hazard : all) places[hazard.id] = hazard.s;
  for (double from = 0; from < 480; from += 13) {
    for (const Hazard& hazard : field(150).between(from, from + 20)) EXPECT_EQ(places.at(hazard.id), hazard.s);
  }
}

TEST(hazards, ids_count_from_one_and_never_repeat) {
  std::set<std::uint64_t> ids;
  for (const Hazard& hazard : field(200).between(0, 20'000)) {
    EXPECT_GE(hazard.id, 1U);
    EXPECT_TRUE(ids.insert(hazard.id).second);
  }
}

TEST(hazards, neighbours_do_not_overlap) {
  for (const double rate : {60.0, 120.0, 200.0}) {
    const auto all = field(rate).between(0, 3000);
    for (std::size_t i = 1; i < all.size(); ++i) {
      EXPECT_LE(all[i - 1].s + all[i - 1].reach_m, all[i].s - all[i].reach_m + 0.5) << all[i].id;
    }
  }
}

TEST(hazards, both_classes_and_all_kinds_occur_mostly_in_the_own_lane) {
  std::map<HazardKind, int> kinds;
  int own = 0;
  const auto all = field(200).between(0, 10'000);
  for (const Hazard& hazard : all) {
    ++kinds[hazard.kind];
    own += std::abs(hazard.t) < 1.75 ? 1 : 0;
    EXPECT_EQ(hazard.class_id(), hazard.kind == HazardKind::pothole ? 1 : 0);
    EXPECT_GT(hazard.t, -7);
    EXPECT_LT(hazard.t, 3.5);
  }
  EXPECT_EQ(kinds.size(), 4U);
  for (const auto& [kind, count] : kinds) EXPECT_GT(count, 100);
  EXPECT_GT(own, static_cast<int>(all.size()) / 2);
  EXPECT_LT(own, static_cast<int>(all.size()));
}

TEST(hazards, sizes_are_those_of_real_ones) {
  for (const Hazard& hazard : field(120).between(0, 10'000)) {
    EXPECT_LE(hazard.reach_m, 5);
    if (hazard.kind == HazardKind::pothole) {
      EXPECT_GE(2 * hazard.pothole.radius_t, 0.25F);
      EXPECT_LE(2 * hazard.pothole.radius_t, 1.2F);
      EXPECT_GT(hazard.pothole.depth_m, 0.01F);
      EXPECT_TRUE(hazard.strands.empty());
      continue;
    }
    ASSERT_FALSE(hazard.strands.empty());
    for (const Strand& strand : hazard.strands) {
      for (const Strand::Knot& knot : strand.knots) {
        EXPECT_GT(knot.half_width_m, 0);
        EXPECT_LT(knot.half_width_m, 0.0151F);
        EXPECT_LE(std::abs(static_cast<double>(knot.at.z)), hazard.reach_m);
      }
    }
  }
}

TEST(hazards, seeds_give_other_roads) {
  EXPECT_NE(field(120, 1).between(0, 100).front().s, field(120, 2).between(0, 100).front().s);
}

}  // namespace
}  // namespace hazard::sim
