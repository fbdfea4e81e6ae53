#include "desk/desk.hpp"

#include <gtest/gtest.h>

#include "support/pictures.hpp"
#include "support/temp_store.hpp"

namespace hazard::desk {
namespace {

using namespace std::chrono_literals;

// A desk over a store and a folder of its own, and a model of two classes.
struct DeskTest : testing::Test {
  DeskTest() {
    auto folder = store::EvidenceFolder::open(store.folder() / "pictures", {});
    EXPECT_TRUE(folder.has_value());
    evidence = std::move(*folder);
    desk = std::make_unique<Desk>(&*store, evidence.get(), clock);
    model.version = "m1";
    model.classes = {"crack", "pothole"};
  }
  ~DeskTest() override {
    desk->close();
    store.close();
  }

  PageFindings look(const std::string& session, std::vector<domain::Detection> found, const std::string& client = "client") {
    domain::FrameResult result;
    result.picture = {640, 360};
    for (const auto& each : found) result.detections.push_back({.detection = each, .track = {}, .predicted = false});
    PageFindings findings;
    bool called = false;
    desk->look({.session_id = session,
                .client_key = client,
                .frame_id = "f",
                .location = {},
                .picture = std::make_shared<const domain::Bytes>(picture)},
               result, model, [&](PageFindings answer) {
                 findings = std::move(answer);
                 called = true;
               });
    store->drain();
    EXPECT_TRUE(called);
    return findings;
  }
  domain::Result<Report> change(const std::string& id, const std::string& session, const ReportDraft& draft) {
    domain::Result<Report> answer = domain::refuse(domain::ErrorCode::internal, "not called");
    desk->change(id, session, draft, [&](domain::Result<Report> outcome) { answer = std::move(outcome); });
    store->drain();
    return answer;
  }
  static domain::Detection pothole(float confidence = 0.9F) {
    return {.box = {300, 200, 380, 250}, .confidence = confidence, .class_id = 1};
  }

  base::ManualClock clock;
  test::TempStore store;
  std::unique_ptr<store::EvidenceFolder> evidence;
  std::unique_ptr<Desk> desk;
  domain::ModelInfo model;
  domain::Bytes picture = test::jpeg({640, 360});
};

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
  EXPECT_TRUE(desk->plot(report->record.id));
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

TEST_F(DeskTest, confirm_reaches_report_hazard_session_and_news) {
  const auto session = desk->sessions().start({}, "client");
  const auto id = look(session, {pothole()}).report_ids[0];
  int changed = 0;
  desk->news().listen([&](const News&) { ++changed; }, {});
  ReportDraft draft;
  draft.status = "confirmed";
  const auto confirmed = change(id, session, draft);
  ASSERT_TRUE(confirmed) << confirmed.error().message;
  EXPECT_EQ(confirmed->record.status, "confirmed");
  EXPECT_TRUE(confirmed->record.confirmed_at);
  EXPECT_EQ(desk->reads().hazard(id)->state, domain::ReviewState::confirmed);
  EXPECT_EQ(desk->sessions().find(session)->reports_in("confirmed"), 1);
  EXPECT_EQ(changed, 1);
  EXPECT_FALSE(change(id, "another session", draft)) << "not of that session";
  EXPECT_FALSE(change("nobody", {}, draft));
}

TEST_F(DeskTest, dismiss_keeps_its_reason_in_the_history) {
  const auto session = desk->sessions().start({}, "client");
  const auto id = look(session, {pothole()}).report_ids[0];
  ReportDraft draft;
  draft.status = "dismissed";
  draft.description = "Dismissed: a shadow";
  ASSERT_TRUE(change(id, {}, draft));
  EXPECT_EQ(desk->reads().hazard(id)->state, domain::ReviewState::dismissed);
  EXPECT_EQ(desk->reads().history_of(id).back().reason, "Dismissed: a shadow");
}

TEST_F(DeskTest, a_report_of_a_person_is_kept_told_and_removed) {
  ReportDraft draft;
  draft.class_name = "pothole";
  draft.location = domain::Location{.latitude = 48, .longitude = 11, .accuracy_m = {}, .heading_deg = {}, .speed_mps = {}};
  std::optional<Report> made;
  int told = 0;
  desk->news().listen([&](const News&) { ++told; }, {});
  desk->create(draft, "client", {}, [&](domain::Result<Report> outcome) { made = *outcome; });
  store->drain();
  ASSERT_TRUE(made);
  EXPECT_FALSE(made->record.hazard_id.empty()) << "with a class and a place it counts for a hazard";
  EXPECT_EQ(told, 1);
  bool gone = false;
  desk->remove(made->record.id, [&](domain::Result<Report> outcome) { gone = outcome.has_value(); });
  store->drain();
  EXPECT_TRUE(gone);
  EXPECT_FALSE(desk->report(made->record.id));
  EXPECT_EQ(told, 2);
}

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
  desk->stream_ended("stream");
  store->drain();
  const auto hazards = desk->reads().hazards({});
  ASSERT_EQ(hazards.total, 1);
  EXPECT_TRUE(desk->report(hazards.items[0].id));
}

TEST_F(DeskTest, hosted_pictures_can_be_read_and_deleted_but_not_those_of_reports) {
  const std::string id = "123e4567-e89b-42d3-a456-426614174000";
  bool kept = false;
  desk->host(id, "client", domain::Bytes(picture), [&](const domain::Result<void>& done) { kept = done.has_value(); });
  store->drain();
  EXPECT_TRUE(kept);
  EXPECT_EQ(desk->picture(id), picture);
  bool gone = false;
  const auto unhost = [&](const std::string& which) {
    desk->unhost(which, [&](const domain::Result<void>& done) { gone = done.has_value(); });
    store->drain();
    return gone;
  };
  const auto report = look(desk->sessions().start({}, "client"), {pothole()}).report_ids[0];
  EXPECT_FALSE(unhost(report));
  EXPECT_FALSE(unhost("../hazards.db"));
  EXPECT_TRUE(unhost(id));
  EXPECT_FALSE(desk->picture(id));
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
