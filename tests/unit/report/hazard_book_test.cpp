#include "report/hazard_book.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/hazards.hpp"
#include "support/temp_store.hpp"

namespace hazard::report {
namespace {

using domain::ReviewState;
using test::at_second;
using testing::HasSubstr;
using testing::SizeIs;

constexpr domain::GeoPoint kHere{52.5, 13.4};

struct HazardBookTest : testing::Test {
  domain::Sighting seen(double east, double second, const std::string& client = "a", double heading = 90) {
    domain::Sighting sighting = test::sample_sighting(++number, moved(kHere, {east, 0}), second);
    sighting.id.clear();
    sighting.client_key = client;
    sighting.session_id = "session-" + client;
    sighting.place->heading_deg = heading;
    sighting.best.likeness.reset();
    return sighting;
  }
  domain::Sighting placeless(double second, std::optional<std::uint64_t> likeness, const std::string& session = "s") {
    domain::Sighting sighting = seen(0, second);
    sighting.place.reset();
    sighting.first_seen = sighting.last_seen = at_second(second);
    sighting.best.likeness = likeness;
    sighting.session_id = session;
    return sighting;
  }
  Taken take(domain::Sighting sighting) {
    Taken taken;
    const std::string drive = sighting.client_key;
    EXPECT_TRUE(store.run([&](store::Transaction& transaction) { taken = book.take(transaction, std::move(sighting), drive); }));
    return taken;
  }
  std::int64_t hazards() { return store->reads().hazards({}).total; }
  test::TempStore store;
  base::ManualClock clock;
  HazardBook book{{}, clock};
  unsigned number = 100;
};

TEST_F(HazardBookTest, an_unknown_defect_becomes_a_pending_hazard_with_history) {
  const Taken taken = take(seen(0, 0));
  EXPECT_EQ(taken.as, TakenAs::created);
  EXPECT_EQ(taken.hazard.state, ReviewState::pending);
  EXPECT_EQ(taken.sighting.hazard_id, taken.hazard.id);
  EXPECT_THAT(taken.hazard.reason, HasSubstr("No pothole was known within"));
  const auto history = store->reads().history_of(taken.hazard.id);
  ASSERT_THAT(history, SizeIs(1));
  EXPECT_EQ(history[0].action, "created");
  EXPECT_EQ(history[0].actor, "system");
}

TEST_F(HazardBookTest, another_vehicle_at_the_same_place_is_a_new_pass_with_a_surer_place) {
  const Taken first = take(seen(0, 0));
  const Taken second = take(seen(2, 60, "b"));
  EXPECT_EQ(second.as, TakenAs::new_pass);
  EXPECT_EQ(second.hazard.id, first.hazard.id);
  EXPECT_EQ(second.hazard.passes, 2);
  EXPECT_EQ(second.hazard.version, 2);
  EXPECT_LT(second.hazard.place->uncertainty_m, first.hazard.place->uncertainty_m);
  EXPECT_THAT(second.sighting.reason, HasSubstr("Taken for a known pothole: 2.0 m from it"));
}

TEST_F(HazardBookTest, the_same_vehicle_is_a_new_pass_only_after_the_gap) {
  take(seen(0, 0));
  EXPECT_EQ(take(seen(0.5, 300)).as, TakenAs::same_pass);
  EXPECT_EQ(take(seen(0.5, 300 + 602)).as, TakenAs::new_pass);
  EXPECT_EQ(hazards(), 1);
}

TEST_F(HazardBookTest, a_track_that_broke_is_still_the_same_look) {
  const Taken first = take(seen(0, 0));
  const Taken again = take(seen(1.0, 3));
  EXPECT_EQ(again.as, TakenAs::same_pass);
  EXPECT_EQ(again.hazard.passes, 1);
  EXPECT_EQ(again.hazard.sightings, 2);
  EXPECT_EQ(again.hazard.id, first.hazard.id);
  EXPECT_THAT(again.sighting.reason, HasSubstr("The same drive saw it"));
}

TEST_F(HazardBookTest, a_vehicle_that_stands_for_minutes_sees_one_defect_on_one_pass) {
  for (int i = 0; i < 30; ++i) {
    const Taken taken = take(seen(0.1 * (i % 3), i * 21.0));
    EXPECT_EQ(taken.as, i == 0 ? TakenAs::created : TakenAs::same_pass);
  }
  EXPECT_EQ(hazards(), 1);
}

TEST_F(HazardBookTest, two_tracks_side_by_side_are_two_hazards_however_bad_the_receiver) {
  domain::Sighting one = seen(0, 0);
  domain::Sighting other = seen(2.5, 0.2);
  one.place->shared_sigma_m = other.place->shared_sigma_m = 10;
  take(one);
  EXPECT_EQ(take(other).as, TakenAs::created);
  EXPECT_EQ(hazards(), 2);
}

TEST_F(HazardBookTest, another_class_or_a_place_beyond_the_errors_is_another_hazard) {
  take(seen(0, 0));
  domain::Sighting crack = seen(0, 60, "b");
  crack.class_name = "crack";
  EXPECT_EQ(take(crack).as, TakenAs::created);
  EXPECT_EQ(take(seen(25, 120, "c")).as, TakenAs::created);
}

TEST_F(HazardBookTest, the_opposite_direction_is_the_same_defect_and_a_side_street_only_when_near) {
  take(seen(0, 0));
  EXPECT_EQ(take(seen(2, 60, "b", 270)).as, TakenAs::new_pass);
  EXPECT_EQ(take(seen(2, 120, "c", 0)).as, TakenAs::new_pass);
  take(seen(100, 180, "d"));
  EXPECT_EQ(take(seen(109.3, 240, "e", 0)).as, TakenAs::created);
  take(seen(200, 300, "f"));
  EXPECT_EQ(take(seen(209.3, 360, "g", 270)).as, TakenAs::new_pass);
}

TEST_F(HazardBookTest, what_the_drive_sees_next_corrects_what_it_took_for_new) {
  // A drive makes three hazards, 3 m and 6 m apart; the next is 12 m off: its first sighting is too far from all of them.
  std::vector<std::string> ids;
  for (const double east : {0.0, 3.0, 9.0}) ids.push_back(take(seen(east, east / 10)).hazard.id);
  take(seen(9 + 9.5, 100, "b"));
  std::vector<std::string> merged;
  for (const double east : {0.0, 3.0}) {
    for (const std::string& id : take(seen(east + 9.5, 101 + east / 10, "b")).merged) merged.push_back(id);
  }
  EXPECT_LE(hazards(), 5);
  for (const std::string& id : merged) {
    const auto hazard = store->reads().hazard(id);
    ASSERT_TRUE(hazard.has_value());
    EXPECT_EQ(hazard->state, ReviewState::merged);
    EXPECT_FALSE(hazard->merged_into.empty());
  }
}

TEST_F(HazardBookTest, a_fixed_hazard_seen_again_is_reopened_and_a_late_upload_from_before_does_not) {
  Taken first = take(seen(0, 0));
  store.run([&](store::Transaction& transaction) {
    first.hazard.state = ReviewState::fixed;
    first.hazard.updated_at = at_second(1000);
    transaction.put(first.hazard);
  });
  EXPECT_FALSE(take(seen(0, 900, "b")).reopened);
  store.run([&](store::Transaction& transaction) {
    auto hazard = transaction.hazard(first.hazard.id);
    hazard->updated_at = at_second(1000);
    transaction.put(*hazard);
  });
  const Taken again = take(seen(0, 2000, "c"));
  EXPECT_TRUE(again.reopened);
  EXPECT_EQ(again.hazard.state, ReviewState::reopened);
  EXPECT_EQ(store->reads().history_of(first.hazard.id).back().to, ReviewState::reopened);
}

TEST_F(HazardBookTest, a_dismissed_hazard_stays_dismissed_and_is_not_reported_again) {
  Taken first = take(seen(0, 0));
  store.run([&](store::Transaction& transaction) {
    first.hazard.state = ReviewState::dismissed;
    transaction.put(first.hazard);
  });
  const Taken again = take(seen(1, 2000, "b"));
  EXPECT_EQ(again.hazard.state, ReviewState::dismissed);
  EXPECT_EQ(hazards(), 1);
}

TEST_F(HazardBookTest, without_places_the_same_client_place_and_likeness_within_minutes_are_one) {
  take(placeless(0, 0));
  EXPECT_EQ(take(placeless(299, 0x3FF, "other")).as, TakenAs::same_pass);  // 10 bits; another session
  EXPECT_EQ(take(placeless(299 + 299, 0x3FF, "third")).as, TakenAs::same_pass);
  EXPECT_EQ(hazards(), 1);
  EXPECT_EQ(take(placeless(299 + 299 + 301, 0x3FF)).as, TakenAs::created);  // too long ago
}

TEST_F(HazardBookTest, without_places_another_look_place_size_or_client_is_another) {
  take(placeless(0, 0));
  EXPECT_EQ(take(placeless(1, 0x7FF)).as, TakenAs::created);  // 11 bits differ
  domain::Sighting elsewhere = placeless(2, 0);
  elsewhere.best.box = {600, 400, 700, 470};
  EXPECT_EQ(take(elsewhere).as, TakenAs::created);
  domain::Sighting larger = placeless(3, 0);
  larger.best.box = {0, 0, 300, 200};
  EXPECT_EQ(take(larger).as, TakenAs::created);
  domain::Sighting stranger = placeless(4, 0);
  stranger.client_key = "b";
  EXPECT_EQ(take(stranger).as, TakenAs::created);
}

TEST_F(HazardBookTest, without_places_and_likeness_only_the_same_session_within_seconds) {
  take(placeless(0, std::nullopt));
  EXPECT_EQ(take(placeless(2, std::nullopt)).as, TakenAs::same_pass);
  EXPECT_EQ(take(placeless(3, std::nullopt, "other")).as, TakenAs::created);
  EXPECT_EQ(take(placeless(6, std::nullopt)).as, TakenAs::created);
}

TEST_F(HazardBookTest, a_rolled_back_job_does_not_trouble_the_next) {
  store->submit({.work =
                     [&](store::Transaction& transaction) {
                       book.take(transaction, seen(0, 0), "a");
                       return false;
                     },
                 .done = {}});
  store->drain();
  EXPECT_EQ(hazards(), 0);
  EXPECT_EQ(take(seen(0.5, 1)).as, TakenAs::created);
  EXPECT_EQ(hazards(), 1);
}

TEST_F(HazardBookTest, remembers_a_bounded_number_of_drives) {
  BookOptions options;
  options.drives_most = 3;
  HazardBook small(options, clock);
  store.run([&](store::Transaction& transaction) {
    for (int i = 0; i < 10; ++i) small.take(transaction, seen(i * 100.0, i), "drive-" + std::to_string(i));
  });
  EXPECT_EQ(small.drives(), 3U);
}

}  // namespace
}  // namespace hazard::report
