#include "report/fold.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "report/geodesy.hpp"
#include "support/hazards.hpp"

namespace hazard::report {
namespace {

using domain::GeoPoint;
using test::sample_sighting;

constexpr GeoPoint kHere{52.5, 13.4};

domain::Sighting seen(unsigned number, Offset from_here, double sigma, double second) {
  domain::Sighting sighting = sample_sighting(number, moved(kHere, from_here), second);
  sighting.place->shared_sigma_m = sigma;
  sighting.place->own_sigma_m = 0;
  return sighting;
}

TEST(Fold, a_first_sighting_makes_a_pending_hazard_with_its_place_and_reason) {
  const domain::Hazard hazard = begin_hazard("h", seen(1, {0, 0}, 3, 10), test::at_second(11));
  EXPECT_EQ(hazard.state, domain::ReviewState::pending);
  EXPECT_EQ(hazard.version, 1);
  EXPECT_EQ(hazard.sightings, 1);
  EXPECT_EQ(hazard.passes, 1);
  EXPECT_EQ(hazard.first_seen, test::at_second(9));
  EXPECT_EQ(hazard.last_seen, test::at_second(10));
  EXPECT_EQ(hazard.reason, "Found in 7 of 9 pictures.");
  ASSERT_TRUE(hazard.place.has_value());
  EXPECT_NEAR(hazard.place->variance_m2, 9, 1e-9);
}

TEST(Fold, passes_are_weighted_by_the_inverse_of_their_variance) {
  domain::Hazard hazard = begin_hazard("h", seen(1, {0, 0}, 2, 0), {});
  absorb(hazard, seen(2, {5, 0}, 4, 1000));  // a fifth of the weight: 1/16 against 1/4
  EXPECT_NEAR(offset_m(kHere, hazard.place->point).east, 1, 1e-6);
  EXPECT_NEAR(hazard.place->variance_m2, 1 / (1.0 / 4 + 1.0 / 16), 1e-9);
  EXPECT_EQ(hazard.passes, 2);
}

TEST(Fold, another_look_on_the_same_pass_counts_but_makes_no_place_surer) {
  domain::Hazard hazard = begin_hazard("h", seen(1, {0, 0}, 2, 0), {});
  domain::Sighting again = seen(2, {5, 0}, 2, 1);
  again.new_pass = false;
  absorb(hazard, again);
  EXPECT_EQ(hazard.sightings, 2);
  EXPECT_EQ(hazard.passes, 1);
  EXPECT_EQ(hazard.place->point, kHere);
  EXPECT_EQ(hazard.place->variance_m2, 4);
}

TEST(Fold, the_best_picture_is_the_surest_one_and_the_last_place_in_a_picture_the_newest) {
  domain::Hazard hazard = begin_hazard("h", seen(1, {0, 0}, 2, 10), {});
  domain::Sighting later = seen(2, {0, 0}, 2, 20);
  later.best.confidence = 0.7F;
  later.best.box = {1, 1, 2, 2};
  later.client_key = "client-b";
  absorb(hazard, later);
  EXPECT_EQ(hazard.best_sighting_id, test::uuid(1));
  EXPECT_EQ(hazard.last_box, later.best.box);
  EXPECT_EQ(hazard.last_client_key, "client-b");
  domain::Sighting earlier = seen(3, {0, 0}, 2, 5);
  earlier.best.confidence = 0.9F;
  earlier.model_version = "model-2";
  absorb(hazard, earlier);
  EXPECT_EQ(hazard.best_sighting_id, test::uuid(3));
  EXPECT_EQ(hazard.model_version, "model-2");
  EXPECT_EQ(hazard.first_seen, test::at_second(4));
  EXPECT_EQ(hazard.last_seen, test::at_second(20));
  EXPECT_EQ(hazard.last_client_key, "client-b");
}

TEST(Fold, a_place_that_comes_later_is_taken) {
  domain::Sighting placeless = seen(1, {0, 0}, 2, 0);
  placeless.place.reset();
  domain::Hazard hazard = begin_hazard("h", placeless, {});
  EXPECT_FALSE(hazard.place.has_value());
  absorb(hazard, seen(2, {1, 1}, 3, 5));
  ASSERT_TRUE(hazard.place.has_value());
  EXPECT_NEAR(hazard.place->variance_m2, 9, 1e-9);
  absorb(hazard, placeless);
  EXPECT_NEAR(hazard.place->variance_m2, 9, 1e-9);
}

TEST(Fold, folding_again_gives_what_taking_one_after_the_other_gave) {
  const std::vector<domain::Sighting> all{seen(1, {0, 0}, 2, 0), seen(2, {5, 1}, 4, 1000), seen(3, {-2, 3}, 3, 2000)};
  domain::Hazard one = begin_hazard("h", all[0], {});
  absorb(one, all[1]);
  absorb(one, all[2]);
  domain::Hazard other = one;
  other.state = domain::ReviewState::confirmed;
  other.note = "kept";
  refold(other, all);
  EXPECT_EQ(other.sightings, 3);
  EXPECT_EQ(other.passes, 3);
  EXPECT_NEAR(distance_m(other.place->point, one.place->point), 0, 1e-6);
  EXPECT_NEAR(other.place->variance_m2, one.place->variance_m2, 1e-9);
  EXPECT_EQ(other.state, domain::ReviewState::confirmed);
  EXPECT_EQ(other.note, "kept");
}

TEST(Fold, the_stated_radius_holds_95_of_100_and_never_falls_below_what_passes_share) {
  EXPECT_NEAR(uncertainty_m(3), 2.4477 * 2, 1e-6);
  EXPECT_NEAR(uncertainty_m(0), 2.4477, 1e-6);
  EXPECT_NEAR(uncertainty_m(-1), 2.4477, 1e-6);
}

}  // namespace
}  // namespace hazard::report
