#include <gtest/gtest.h>

#include "support/desk_fixture.hpp"

namespace hazard::desk {
namespace {

using namespace std::chrono_literals;
using test::DeskTest;

TEST_F(DeskTest, tracks_of_a_stream_become_hazards_at_its_end) {
  report::FrameFacts facts;
  facts.client_key = "camera";
  facts.session_id = "stream";
  facts.source = "stream";
  facts.thresholds = {.detection = 0.5F, .report = 0.6F};
  facts.picture = {640, 360};
  for (int i = 0; i < 5; ++i) {
    facts.at = facts.arrived = clock.wall();
    facts.found = {{.class_id = 1, .class_name = "pothole", .box = pothole().box, .confidence = 0.8F, .track_id = 7}};
    desk->stream_picture(facts);
    clock.advance(100ms);
  }
  desk->stream_ended("stream", 1);
  store->drain();
  const auto hazards = desk->reads().hazards({});
  ASSERT_EQ(hazards.total, 1);
  EXPECT_TRUE(desk->report(hazards.items[0].id));
}

TEST_F(DeskTest, a_hazard_of_a_stream_keeps_a_part_of_its_best_picture_and_its_likeness) {
  report::FrameFacts facts;
  facts.client_key = facts.session_id = "stream";
  facts.source = "stream";
  facts.thresholds = {.detection = 0.5F, .report = 0.6F};
  facts.picture = {640, 360};
  for (int i = 0; i < 5; ++i) {
    facts.at = facts.arrived = clock.wall();
    facts.frame_id = std::to_string(i);
    facts.found = {
        {.class_id = 1, .class_name = "pothole", .box = pothole().box, .confidence = i == 2 ? 0.9F : 0.8F, .track_id = 7}};
    domain::EncodedFrame frame;
    frame.buffer = picture;
    desk->stream_picture(facts, std::make_shared<const domain::EncodedFrame>(std::move(frame)));
    clock.advance(100ms);
  }
  desk->stream_ended("stream", 1);
  store->drain();
  const auto hazards = desk->reads().hazards({});
  ASSERT_EQ(hazards.total, 1);
  EXPECT_EQ(hazards.items[0].best.frame_id, "2");
  EXPECT_EQ(hazards.items[0].best.likeness, likeness(picture));
  const auto report = desk->report(hazards.items[0].id);
  ASSERT_TRUE(report && report->body.image);
  EXPECT_LE(report->body.image->size.width * report->body.image->size.height, 640 * 360 / 2);
  EXPECT_TRUE(drawn(report->record.id));
}

TEST_F(DeskTest, a_drive_with_positions_leaves_a_line_also_where_nothing_was_seen) {
  report::FrameFacts facts;
  facts.client_key = "camera";
  facts.session_id = "stream";
  facts.source = "stream";
  facts.picture = {640, 360};
  for (int i = 0; i < 20; ++i) {
    facts.at = facts.arrived = clock.wall();
    facts.location =
        domain::Location{.latitude = 48 + i * 0.0001, .longitude = 11, .accuracy_m = {}, .heading_deg = {}, .speed_mps = {}};
    desk->stream_picture(facts);
    clock.advance(1s);
  }
  desk->stream_ended("stream", 1);
  store->drain();
  const auto lines = desk->reads().coverage({}, {}, clock.wall(), 9);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_GT(lines[0].line.size(), 5u);
  EXPECT_EQ(lines[0].hits, 0);
}

report::FrameFacts one_pothole(const std::string& session) {
  report::FrameFacts facts;
  facts.client_key = facts.session_id = session;
  facts.source = "stream";
  facts.thresholds = {.detection = 0.5F, .report = 0.6F};
  facts.picture = {640, 360};
  facts.found = {
      {.class_id = 1, .class_name = "pothole", .box = DeskTest::pothole().box, .confidence = 0.8F, .track_id = 7},
      {.class_id = 0, .class_name = "crack", .box = {1, 2, 30, 40}, .confidence = 0.5F, .track_id = 8, .predicted = true}};
  return facts;
}

TEST_F(DeskTest, a_stream_under_the_id_of_a_pages_session_counts_for_its_summary) {
  const auto id = desk->sessions().start({}, "client");
  const auto before = desk->sessions().find(id)->last_active;
  desk->stream_belongs(id, 1, "client");
  for (int i = 0; i < 5; ++i) {
    clock.advance(100ms);
    auto facts = one_pothole(id);
    facts.at = facts.arrived = clock.wall();
    desk->stream_picture(facts);
  }
  const auto session = desk->sessions().find(id);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->pictures, 5);
  EXPECT_EQ(session->detections, 5) << "what was only foretold was not found";
  EXPECT_EQ(session->classes.at("pothole"), 5);
  EXPECT_NEAR(session->confidence_sum, 4.0, 1e-5);
  EXPECT_GT(session->last_active, before);
  desk->stream_ended(id, 1);
  store->drain();
  EXPECT_EQ(desk->sessions().find(id)->reports_in("pending"), 1);
}

TEST_F(DeskTest, a_pages_session_that_left_memory_comes_back_when_a_stream_opens_under_its_id) {
  const auto id = desk->sessions().start({}, "client");
  store->drain();
  desk = std::make_unique<Desk>(&*store, evidence.get(), clock);  // as after a restart
  desk->stream_picture(one_pothole(id));
  EXPECT_FALSE(desk->sessions().in_memory(id)) << "a worker does not wait for the store";
  desk->stream_belongs(id, 1, "client");
  desk->stream_picture(one_pothole(id));
  EXPECT_EQ(desk->sessions().find(id)->detections, 1);
  desk->stream_belongs("no-page", 1, "client");
  desk->stream_picture(one_pothole("no-page"));
  EXPECT_FALSE(desk->sessions().find("no-page"));
}

TEST(Desk, a_stream_counts_for_a_pages_session_also_where_nothing_is_kept) {
  base::ManualClock clock;
  Desk desk(nullptr, nullptr, clock);
  const auto id = desk.sessions().start({}, "client");
  desk.stream_picture(one_pothole(id));
  EXPECT_EQ(desk.sessions().find(id)->detections, 1);
}

}  // namespace
}  // namespace hazard::desk
