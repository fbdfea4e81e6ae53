#include "report/track_collector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/hazards.hpp"

namespace hazard::report {
namespace {

using test::at_second;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct TrackCollectorTest : testing::Test {
  // A picture at `second` with one pothole of track 7, or without.
  FrameFacts facts(double second, bool with = true, float confidence = 0.8F, std::uint64_t track = 7) const {
    FrameFacts facts;
    facts.client_key = "client";
    facts.session_id = "session";
    facts.source = "stream";
    facts.frame_id = std::to_string(second);
    facts.model_version = "m1";
    facts.thresholds = {0.25F, 0.6F};
    facts.at = at_second(second);
    facts.arrived = facts.at;
    facts.picture = {1280, 720};
    facts.camera = measured_camera(1.35, 6, 62);
    if (with) facts.found.push_back({1, "pothole", {600, 400, 680, 440}, confidence, track, false});
    return facts;
  }
  // Pictures at 10 a second from `from` on.
  std::vector<domain::Sighting> feed(double from, int pictures, bool with, float confidence = 0.8F) {
    std::vector<domain::Sighting> all;
    for (int i = 0; i < pictures; ++i) {
      for (auto& sighting : collector.add(facts(from + i * 0.1, with, confidence))) all.push_back(std::move(sighting));
    }
    return all;
  }
  TrackCollector collector;
};

TEST_F(TrackCollectorTest, a_track_becomes_one_sighting_when_it_is_over) {
  EXPECT_THAT(feed(0, 5, true), IsEmpty());
  EXPECT_THAT(feed(0.5, 19, false), IsEmpty());
  const auto given = feed(2.4, 2, false);
  ASSERT_THAT(given, SizeIs(1));
  EXPECT_EQ(given[0].hits, 5);
  EXPECT_EQ(given[0].first_seen, at_second(0));
  EXPECT_EQ(given[0].last_seen, at_second(0.4));
  EXPECT_EQ(given[0].class_name, "pothole");
  EXPECT_EQ(given[0].track_id, 7U);
  EXPECT_EQ(given[0].model_version, "m1");
  EXPECT_THAT(given[0].reason, HasSubstr("Found in 5 of 5 pictures over 0.4 s; best score 0.80, at least 0.60"));
  EXPECT_FALSE(given[0].place.has_value());
  EXPECT_EQ(collector.counts().placeless, 1U);
  EXPECT_THAT(feed(5, 50, false), IsEmpty());
}

TEST_F(TrackCollectorTest, the_best_picture_is_the_surest) {
  collector.add(facts(0, true, 0.7F));
  collector.add(facts(0.1, true, 0.9F));
  collector.add(facts(0.2, true, 0.8F));
  const auto given = collector.end_session("session");
  ASSERT_THAT(given, SizeIs(1));
  EXPECT_EQ(given[0].best.confidence, 0.9F);
  EXPECT_EQ(given[0].best.at, at_second(0.1));
}

TEST_F(TrackCollectorTest, hits_below_the_least_are_no_sighting_and_at_it_are) {
  feed(0, 2, true);
  EXPECT_THAT(collector.end_session("session"), IsEmpty());
  EXPECT_EQ(collector.counts().too_few, 1U);
  feed(10, 3, true);
  EXPECT_THAT(collector.end_session("session"), SizeIs(1));
}

TEST_F(TrackCollectorTest, a_score_below_the_report_threshold_is_no_sighting_and_at_it_is) {
  feed(0, 5, true, 0.59F);
  EXPECT_THAT(collector.end_session("session"), IsEmpty());
  EXPECT_EQ(collector.counts().too_faint, 1U);
  feed(10, 5, true, 0.6F);
  EXPECT_THAT(collector.end_session("session"), SizeIs(1));
}

TEST_F(TrackCollectorTest, a_track_seen_in_too_small_a_share_of_the_pictures_is_not_believed) {
  for (int i = 0; i < 30; ++i) collector.add(facts(i * 0.1, i % 7 == 0));
  EXPECT_THAT(collector.end_session("session"), IsEmpty());
}

TEST_F(TrackCollectorTest, predicted_and_untracked_boxes_are_no_hits) {
  FrameFacts one = facts(0);
  one.found[0].predicted = true;
  for (int i = 0; i < 5; ++i) collector.add(one);
  one.found[0].predicted = false;
  one.found[0].track_id = 0;
  for (int i = 0; i < 5; ++i) collector.add(one);
  EXPECT_THAT(collector.end_session("session"), IsEmpty());
}

TEST_F(TrackCollectorTest, a_long_stand_gives_a_sighting_now_and_then) { EXPECT_THAT(feed(0, 450, true), SizeIs(2)); }

TEST_F(TrackCollectorTest, the_place_lies_ahead_of_where_the_vehicle_was) {
  // 10 m/s to the east; the box lies some metres ahead, a little left of the middle.
  const domain::GeoPoint start{52.5, 13.4};
  std::vector<domain::Sighting> given;
  for (int i = 0; i < 60; ++i) {
    FrameFacts one = facts(i * 0.1, i >= 10 && i < 15);
    const domain::GeoPoint here = moved(start, {static_cast<double>(i / 10 * 10), 0});  // a fix a second
    one.location = domain::Location{here.latitude, here.longitude, 3.0, {}, {}};
    for (auto& sighting : collector.add(one)) given.push_back(sighting);
  }
  ASSERT_THAT(given, SizeIs(1));
  ASSERT_TRUE(given[0].place.has_value());
  const RoadPoint road = project(measured_camera(1.35, 6, 62), {1280, 720}, {600, 400, 680, 440});
  const Offset off = offset_m(start, given[0].place->point);
  EXPECT_NEAR(off.east, 12 + road.ahead_m, 0.3);  // the middle of the five pictures was taken at 1.2 s
  EXPECT_NEAR(off.north, -road.right_m, 0.1);
  EXPECT_NEAR(given[0].place->shared_sigma_m, 3 / 1.51, 1e-6);
  EXPECT_EQ(given[0].place->basis, domain::PlaceBasis::projected);
  EXPECT_NEAR(*given[0].place->heading_deg, 90, 0.1);
}

TEST_F(TrackCollectorTest, without_a_heading_the_place_is_the_vehicles_own_with_a_wide_doubt) {
  for (int i = 0; i < 5; ++i) {
    FrameFacts one = facts(i * 0.1);
    one.location = domain::Location{52.5, 13.4, 3.0, {}, {}};
    collector.add(one);
  }
  const auto given = collector.end_session("session");
  ASSERT_THAT(given, SizeIs(1));
  EXPECT_EQ(given[0].place->basis, domain::PlaceBasis::vehicle);
  EXPECT_GE(given[0].place->own_sigma_m, 8);
}

TEST_F(TrackCollectorTest, more_tracks_than_the_limit_end_the_oldest) {
  TrackOptions options;
  options.tracks_most = 3;
  options.hits_least = 1;
  TrackCollector small(options);
  for (std::uint64_t track = 1; track <= 3; ++track) EXPECT_THAT(small.add(facts(0, true, 0.8F, track)), IsEmpty());
  const auto given = small.add(facts(0, true, 0.8F, 4));
  ASSERT_THAT(given, SizeIs(1));
  EXPECT_EQ(given[0].track_id, 1U);
}

TEST_F(TrackCollectorTest, sessions_do_not_mix_and_are_forgotten_at_their_end) {
  feed(0, 5, true);
  FrameFacts other = facts(0.2);
  other.session_id = "other";
  collector.add(other);
  EXPECT_EQ(collector.sessions(), 2U);
  EXPECT_THAT(collector.end_session("other"), IsEmpty());
  EXPECT_THAT(collector.end_session("session"), SizeIs(1));
  EXPECT_EQ(collector.sessions(), 0U);
  EXPECT_THAT(collector.end_session("session"), IsEmpty());
}

}  // namespace
}  // namespace hazard::report
