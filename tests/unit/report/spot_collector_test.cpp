#include "report/spot_collector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/hazards.hpp"

namespace hazard::report {
namespace {

using test::at_second;
using testing::IsEmpty;
using testing::SizeIs;

struct SpotCollectorTest : testing::Test {
  FrameFacts facts(double second, float y = 300, std::uint64_t likeness = 0xAAAA) {
    FrameFacts facts;
    facts.client_key = "client";
    facts.session_id = "session-" + std::to_string(pictures++);  // a session for every picture
    facts.source = "session";
    facts.thresholds = {0.25F, 0.6F};
    facts.at = at_second(second);
    facts.arrived = facts.at;
    facts.picture = {480, 480};
    facts.likeness = likeness;
    facts.found.push_back({1, "pothole", {200, y, 260, y + 40}, 0.8F, 0, false});
    return facts;
  }
  SpotCollector collector;
  int pictures = 0;
};

TEST_F(SpotCollectorTest, the_second_picture_of_a_client_gives_the_report_whatever_the_session) {
  EXPECT_THAT(collector.add(facts(0)), IsEmpty());
  const auto given = collector.add(facts(0.2));
  ASSERT_THAT(given, SizeIs(1));
  EXPECT_EQ(given[0].hits, 2);
  EXPECT_EQ(given[0].session_id, "session-1");
  EXPECT_EQ(given[0].client_key, "client");
}

TEST_F(SpotCollectorTest, ten_pictures_a_second_for_five_minutes_give_one_sighting_a_minute) {
  int given = 0;
  for (int i = 0; i < 3000; ++i) given += static_cast<int>(collector.add(facts(i * 0.1)).size());
  EXPECT_EQ(given, 5);
  EXPECT_EQ(collector.clients(), 1U);
}

TEST_F(SpotCollectorTest, a_hazard_that_comes_nearer_stays_one_spot) {
  int given = 0;
  int frame = 0;
  for (const float y : {200.0F, 225.0F, 260.0F, 320.0F, 410.0F}) {
    given += static_cast<int>(collector.add(facts(0.2 * frame, y, 0xFULL << (frame * 11))).size());
    ++frame;
  }
  EXPECT_EQ(given, 1);
}

TEST_F(SpotCollectorTest, later_the_place_alone_is_not_enough_the_pictures_must_look_alike) {
  collector.add(facts(0, 300, 0));
  EXPECT_THAT(collector.add(facts(60, 300, 0xFFF)), IsEmpty());   // 12 bits differ
  EXPECT_THAT(collector.add(facts(120, 300, 0x3FF)), SizeIs(1));  // 10 from the first, 2 from the second
}

TEST_F(SpotCollectorTest, later_without_likenesses_nothing_is_the_same) {
  FrameFacts one = facts(0);
  one.likeness.reset();
  collector.add(one);
  FrameFacts two = facts(10);
  two.likeness.reset();
  EXPECT_THAT(collector.add(two), IsEmpty());
  FrameFacts soon = facts(11);
  soon.likeness.reset();
  EXPECT_THAT(collector.add(soon), SizeIs(1));
}

TEST_F(SpotCollectorTest, at_the_end_of_the_window_it_is_the_same_and_after_it_not) {
  collector.add(facts(0));
  EXPECT_THAT(collector.add(facts(300)), SizeIs(1));
  SpotCollector other;
  other.add(facts(0));
  EXPECT_THAT(other.add(facts(300.001)), IsEmpty());
}

TEST_F(SpotCollectorTest, other_classes_other_places_and_other_clients_are_other_spots) {
  collector.add(facts(0));
  FrameFacts crack = facts(0.1);
  crack.found[0].class_name = "crack";
  EXPECT_THAT(collector.add(crack), IsEmpty());
  EXPECT_THAT(collector.add(facts(0.2, 100)), IsEmpty());
  FrameFacts other = facts(0.3);
  other.client_key = "other";
  EXPECT_THAT(collector.add(other), IsEmpty());
}

TEST_F(SpotCollectorTest, two_boxes_of_one_picture_are_two_spots) {
  for (int i = 0; i < 2; ++i) {
    FrameFacts one = facts(i * 0.2);
    one.found.push_back({1, "pothole", {230, 310, 290, 350}, 0.9F, 0, false});
    EXPECT_THAT(collector.add(one), SizeIs(i == 0 ? 0 : 2));
  }
}

TEST_F(SpotCollectorTest, a_faint_hazard_waits_for_a_picture_that_reaches_the_report_threshold) {
  for (int i = 0; i < 5; ++i) {
    FrameFacts faint = facts(i * 0.2);
    faint.found[0].confidence = 0.59F;
    EXPECT_THAT(collector.add(faint), IsEmpty());
  }
  EXPECT_THAT(collector.add(facts(1.1)), SizeIs(1));
}

TEST_F(SpotCollectorTest, positions_of_the_client_give_the_place) {
  for (int i = 0; i < 3; ++i) {
    FrameFacts one = facts(i * 1.0);
    const domain::GeoPoint here = moved({52.5, 13.4}, {i * 10.0, 0});
    one.location = domain::Location{here.latitude, here.longitude, 5.0, {}, {}};
    const auto given = collector.add(one);
    if (i == 1) {
      ASSERT_THAT(given, SizeIs(1));
      ASSERT_TRUE(given[0].place.has_value());
      EXPECT_EQ(given[0].place->basis, domain::PlaceBasis::assumed);
    }
  }
}

TEST_F(SpotCollectorTest, clients_and_spots_are_bounded) {
  SpotOptions options;
  options.clients_most = 3;
  options.spots_most = 4;
  SpotCollector small(options);
  for (int i = 0; i < 10; ++i) {
    FrameFacts one = facts(i);
    one.client_key = "client-" + std::to_string(i);
    small.add(one);
  }
  EXPECT_EQ(small.clients(), 3U);
  EXPECT_EQ(small.positions("client-0"), nullptr);
  EXPECT_NE(small.positions("client-9"), nullptr);
  for (int i = 0; i < 10; ++i) small.add(facts(100 + i * 400));
  small.forget("client");
  EXPECT_EQ(small.positions("client"), nullptr);
}

}  // namespace
}  // namespace hazard::report
