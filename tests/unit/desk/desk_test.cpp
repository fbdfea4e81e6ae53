#include "desk/desk.hpp"

#include <gtest/gtest.h>

#include "support/desk_fixture.hpp"

namespace hazard::desk {
namespace {

using namespace std::chrono_literals;
using test::DeskTest;

TEST_F(DeskTest, a_sure_hazard_becomes_one_report_with_a_crop) {
  const auto session = desk->sessions().start({}, "client");
  const auto findings = look(session, {pothole()});
  ASSERT_EQ(findings.report_ids.size(), 1u);
  EXPECT_TRUE(findings.fresh[0]);
  EXPECT_EQ(findings.stats.unique_hazards, 1);
  EXPECT_EQ(findings.stats.pending_reports, 1);
  const auto report = desk->report(findings.report_ids[0]);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->record.class_name, "pothole");
  EXPECT_EQ(report->record.session_id, session);
  ASSERT_TRUE(report->body.image);
  EXPECT_LT(report->body.image->size.width, 640) << "a crop, not the frame";
  EXPECT_TRUE(desk->picture(report->record.id));
  EXPECT_TRUE(drawn(report->record.id));
}

TEST_F(DeskTest, below_the_report_threshold_nothing_is_reported) {
  const auto session = desk->sessions().start({}, "client");
  EXPECT_TRUE(look(session, {pothole(0.59F)}).report_ids[0].empty());
  EXPECT_FALSE(look(session, {pothole(0.6F)}).report_ids[0].empty());
}

TEST_F(DeskTest, a_storm_of_sessions_of_one_client_makes_one_report_for_one_pothole) {
  std::size_t reports = 0;
  for (int i = 0; i < 300; ++i) {
    const auto session = desk->sessions().start({}, "client");
    const auto findings = look(session, {pothole()});
    reports += findings.fresh[0] ? 1 : 0;
    clock.advance(100ms);
  }
  EXPECT_EQ(reports, 1u);
  EXPECT_EQ(desk->reads().hazards({}).total, 1);
}

TEST_F(DeskTest, another_client_and_another_class_are_other_reports) {
  const auto session = desk->sessions().start({}, "client");
  look(session, {pothole()});
  EXPECT_TRUE(look(session, {pothole()}, "other").fresh[0]);
  auto crack = pothole();
  crack.class_id = 0;
  EXPECT_TRUE(look(session, {crack}).fresh[0]);
  EXPECT_EQ(desk->reads().hazards({}).total, 3);
}

TEST_F(DeskTest, what_is_older_than_it_may_be_goes_with_its_picture) {
  DeskOptions options;
  options.keep = std::chrono::hours(24);
  desk = std::make_unique<Desk>(&*store, evidence.get(), clock, options);
  desk->tick();
  const auto session = desk->sessions().start({}, "client");
  const auto id = look(session, {pothole()}).report_ids[0];
  clock.advance(std::chrono::hours(23));
  desk->tick();
  store->drain();
  EXPECT_TRUE(desk->report(id));
  EXPECT_EQ(evidence->pictures(), 1u);
  clock.advance(std::chrono::hours(2));
  desk->tick();
  store->drain();
  EXPECT_FALSE(desk->report(id));
  EXPECT_FALSE(desk->reads().hazard(id));
  EXPECT_EQ(evidence->pictures(), 0u);
}

TEST_F(DeskTest, a_long_question_is_answered_from_the_writer) {
  std::int64_t total = -1;
  bool asked = false;
  desk->ask([&](store::Reads& reads) { total = reads.hazards({}).total; }, [&](bool yes) { asked = yes; });
  store->drain();
  EXPECT_TRUE(asked);
  EXPECT_EQ(total, 0);
}

TEST(Desk, without_a_store_pictures_are_answered_and_nothing_is_reported) {
  base::ManualClock clock;
  Desk desk(nullptr, nullptr, clock);
  domain::ModelInfo model;
  domain::FrameResult result;
  result.detections.push_back({.detection = {.box = {1, 2, 30, 40}, .confidence = 0.9F, .class_id = 0}, .track = {}});
  const auto session = desk.sessions().start({}, "client");
  bool called = false;
  desk.look({.session_id = session, .client_key = "client", .frame_id = {}, .location = {}, .picture = {}}, result, model,
            [&](const PageFindings& findings) {
              called = true;
              EXPECT_TRUE(findings.report_ids[0].empty());
              EXPECT_EQ(findings.stats.total_detections, 1);
            });
  EXPECT_TRUE(called);
  EXPECT_FALSE(desk.keeps());
}

}  // namespace
}  // namespace hazard::desk
