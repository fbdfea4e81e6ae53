#include "track/association.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hazard::track {
namespace {

using domain::Detection;
using domain::PixelBox;
using testing::ElementsAre;

constexpr int kAlone = AssignmentSolver::kAlone;
constexpr Gate kGate{};

PixelBox square(float x, float y, float side) { return {x - side / 2, y - side / 2, x + side / 2, y + side / 2}; }

float cost_after(double dt, const PixelBox& track, const PixelBox& detection, int class_id = 0) {
  BoxFilter motion(track);
  motion.predict(dt);
  return pair_cost({&motion, 0}, Detection{detection, 0.9F, class_id}, kGate);
}

TEST(PairCost, of_the_same_box_is_nothing) { EXPECT_NEAR(cost_after(0.1, square(100, 100, 40), square(100, 100, 40)), 0, 1e-5); }

TEST(PairCost, of_another_class_is_forbidden_however_well_it_fits) {
  EXPECT_EQ(cost_after(0.1, square(100, 100, 40), square(100, 100, 40), 1), kForbidden);
}

TEST(PairCost, reaches_beyond_overlap_when_there_was_time_to_move) {
  EXPECT_EQ(cost_after(0.01, square(100, 100, 40), square(180, 100, 40)), kForbidden);
  EXPECT_NE(cost_after(0.2, square(100, 100, 40), square(180, 100, 40)), kForbidden);
}

TEST(PairCost, never_reaches_further_than_the_gate) {
  EXPECT_NE(cost_after(5, square(100, 100, 40), square(219, 100, 40)), kForbidden);
  EXPECT_EQ(cost_after(5, square(100, 100, 40), square(221, 100, 40)), kForbidden);
}

TEST(PairCost, near_boxes_match_even_when_frames_arrive_together) {
  EXPECT_NE(cost_after(0, square(100, 100, 40), square(128, 100, 40)), kForbidden);
}

TEST(PairCost, without_overlap_the_sides_must_agree) {
  EXPECT_NE(cost_after(0.2, square(100, 100, 40), square(190, 100, 100)), kForbidden);
  EXPECT_EQ(cost_after(0.2, square(100, 100, 40), square(190, 100, 130)), kForbidden);
  EXPECT_EQ(cost_after(0.2, square(100, 100, 40), square(190, 100, 12)), kForbidden);
}

TEST(PairCost, is_less_the_nearer_the_box) {
  const PixelBox track = square(100, 100, 40);
  float last = -1;
  for (const float x : {100.0F, 110.0F, 120.0F, 140.0F, 170.0F}) {
    const float cost = cost_after(0.3, track, square(x, 100, 40));
    EXPECT_GT(cost, last);
    EXPECT_LE(cost, 1);
    last = cost;
  }
}

TEST(Associator, pairs_each_track_with_its_own_neighbour) {
  BoxFilter left(square(100, 100, 40));
  BoxFilter right(square(160, 100, 40));
  left.predict(0.1);
  right.predict(0.1);
  const std::vector<Candidate> tracks{{&left, 0}, {&right, 0}};
  const std::vector<Detection> detections{{square(170, 100, 40), 0.9F, 0}, {square(110, 100, 40), 0.9F, 0}};
  Associator associator;
  EXPECT_THAT(associator.match(tracks, detections, kGate), ElementsAre(1, 0));
}

TEST(Associator, rather_one_sure_pair_than_two_far_fetched_ones) {
  // The second track could take the first one's box, and the first one a box far away.
  BoxFilter first(square(100, 100, 40));
  BoxFilter second(square(215, 100, 40));
  first.predict(1);
  second.predict(1);
  const std::vector<Candidate> tracks{{&first, 0}, {&second, 0}};
  const std::vector<Detection> detections{{square(100, 100, 40), 0.9F, 0}, {square(-15, 100, 40), 0.9F, 0}};
  Associator associator;
  EXPECT_THAT(associator.match(tracks, detections, kGate), ElementsAre(0, kAlone));
}

TEST(Associator, copes_with_nothing) {
  Associator associator;
  EXPECT_TRUE(associator.match({}, {}, kGate).empty());
}

}  // namespace
}  // namespace hazard::track
