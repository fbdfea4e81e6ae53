#include <gtest/gtest.h>

#include "support/desk_fixture.hpp"

namespace hazard::desk {
namespace {

using test::DeskTest;

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

TEST_F(DeskTest, review_of_a_hazard_takes_its_report_along) {
  const auto id = look(desk->sessions().start({}, "client"), {pothole()}).report_ids[0];
  const auto version = desk->reads().hazard(id)->version;
  const auto reviewed = [&](std::int64_t expected, domain::ReviewState to) {
    report::Reviewed<domain::Hazard> answer = std::unexpected(report::Refusal{});
    const report::Change change{
        .hazard_id = id, .expected_version = expected, .actor = "Ann", .reason = "why", .at = clock.wall()};
    desk->review([=](store::Transaction& transaction) { return report::set_state(transaction, change, to); },
                 [&](report::Reviewed<domain::Hazard> outcome) { answer = std::move(outcome); }, [] { ADD_FAILURE(); });
    store->drain();
    return answer;
  };
  ASSERT_TRUE(reviewed(version, domain::ReviewState::confirmed));
  EXPECT_EQ(desk->report(id)->record.status, "confirmed");
  const auto late = reviewed(version, domain::ReviewState::fixed);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, report::Refusal::Kind::version_mismatch);
  EXPECT_EQ(desk->report(id)->record.status, "confirmed");
  ASSERT_TRUE(reviewed(version + 1, domain::ReviewState::fixed));
  EXPECT_EQ(desk->report(id)->record.status, "archived");
}

}  // namespace
}  // namespace hazard::desk
