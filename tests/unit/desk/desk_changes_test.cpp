#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

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

// Reviews the hazard as the web page does.
void review(DeskTest& test, const std::string& id, domain::ReviewState to) {
  const report::Change change{.hazard_id = id, .expected_version = {}, .actor = "Ann", .reason = "why", .at = test.clock.wall()};
  bool done = false;
  test.desk->review([=](store::Transaction& transaction) { return report::set_state(transaction, change, to); },
                    [&](const report::Reviewed<domain::Hazard>& outcome) { done = outcome.has_value(); }, [] { ADD_FAILURE(); });
  test.store->drain();
  EXPECT_TRUE(done) << domain::to_string(to);
}

ReportDraft status_of(std::string_view word) {
  ReportDraft draft;
  draft.status = std::string(word);
  return draft;
}

TEST_F(DeskTest, a_report_set_back_to_pending_takes_its_hazard_along_and_stays_pending) {
  const auto session = desk->sessions().start({}, "client");
  const auto id = look(session, {pothole()}).report_ids[0];
  for (const auto& [word, back_to] :
       {std::pair{"confirmed", domain::ReviewState::pending}, std::pair{"dismissed", domain::ReviewState::pending},
        std::pair{"archived", domain::ReviewState::reopened}}) {
    ASSERT_TRUE(change(id, {}, status_of(word))) << word;
    const auto pending = change(id, {}, status_of("pending"));
    ASSERT_TRUE(pending) << word;
    EXPECT_EQ(pending->record.status, "pending") << word;
    EXPECT_EQ(desk->reads().hazard(id)->state, back_to) << word;
    clock.advance(std::chrono::seconds(5));
    look(session, {pothole()});  // seen again: the report follows the hazard
    EXPECT_EQ(desk->report(id)->record.status, "pending") << word;
  }
}

TEST_F(DeskTest, a_report_whose_hazard_may_not_follow_is_confirmed_and_dismissed_on_its_own) {
  const auto session = desk->sessions().start({}, "client");
  const auto id = look(session, {pothole()}).report_ids[0];
  review(*this, id, domain::ReviewState::fixed);
  ASSERT_EQ(desk->report(id)->record.status, "archived");
  for (const auto* word : {"confirmed", "dismissed"}) {
    const auto changed = change(id, session, status_of(word));
    ASSERT_TRUE(changed) << changed.error().message;
    EXPECT_EQ(changed->record.status, word);
    EXPECT_EQ(desk->report(id)->record.status, word);
    EXPECT_EQ(desk->reads().hazard(id)->state, domain::ReviewState::fixed) << "stays as it is";
  }
  review(*this, id, domain::ReviewState::reopened);
  EXPECT_EQ(desk->report(id)->record.status, "pending") << "follows again";
}

TEST_F(DeskTest, the_report_of_a_merged_hazard_is_confirmed_on_its_own_and_never_pending_again) {
  const auto session = desk->sessions().start({}, "client");
  const auto into = look(session, {pothole()}).report_ids[0];
  auto crack = pothole();
  crack.class_id = 0;
  const auto id = look(session, {crack}).report_ids[0];
  store.run([&](store::Transaction& transaction) {
    const report::Change change{.hazard_id = into, .expected_version = {}, .actor = "Ann", .reason = "same", .at = clock.wall()};
    EXPECT_TRUE(report::merge(transaction, change, std::vector{id}));
  });
  ASSERT_EQ(desk->reads().hazard(id)->state, domain::ReviewState::merged);
  ASSERT_TRUE(change(id, {}, status_of("confirmed")));
  EXPECT_EQ(desk->report(id)->record.status, "confirmed");
  const auto refused = change(id, {}, status_of("pending"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::ErrorCode::invalid_value);
  review(*this, into, domain::ReviewState::confirmed);
  EXPECT_EQ(desk->report(id)->record.status, "confirmed") << "reviews of the other one leave it alone";
}

TEST_F(DeskTest, sessions_of_one_client_share_its_reports_and_those_of_others_do_not) {
  const auto first = desk->sessions().start({}, "client");
  const auto id = look(first, {pothole()}).report_ids[0];
  const auto second = desk->sessions().start({}, "client");
  EXPECT_FALSE(look(second, {pothole()}).fresh[0]) << "reported in the first";
  EXPECT_TRUE(change(id, second, status_of("confirmed")));
  const auto theirs = desk->sessions().start({}, "other");
  EXPECT_FALSE(change(id, theirs, status_of("dismissed")));
  EXPECT_FALSE(desk->belongs(desk->report(id)->record, theirs));
  EXPECT_FALSE(desk->belongs(desk->report(id)->record, "nobody"));
}

TEST_F(DeskTest, severities_are_counted_as_reports_show_them) {
  std::map<std::string, std::int64_t> shown;
  const auto make = [&](const std::string& class_name, float confidence, std::optional<std::string> severity,
                        const std::string& otherwise) {
    ReportDraft draft;
    draft.class_name = class_name;
    draft.confidence = static_cast<double>(confidence);
    draft.severity = std::move(severity);
    draft.severity_default = otherwise;
    const auto record = create(std::move(draft))->record;
    ++shown[record.severity.empty() ? std::string(severity_from_score(record.class_name, record.confidence)) : record.severity];
  };
  for (const auto* class_name : {"pothole", "crack", "knocked"}) {
    for (const float limit : {0.7F, 0.85F, 0.9F}) {
      for (const float score : {std::nextafter(limit, 0.0F), limit, std::nextafter(limit, 1.0F)}) make(class_name, score, {}, {});
    }
  }
  make("pothole", 0.9F, "low", "medium");
  make("pothole", 0.9F, {}, "medium");
  store->drain();
  const auto counted = desk->reads().report_counts({}).by_severity;
  EXPECT_EQ((std::map<std::string, std::int64_t>(counted.begin(), counted.end())), shown);
  EXPECT_EQ(shown.size(), 4u);
}

TEST_F(DeskTest, a_report_bears_the_time_its_client_says_where_that_can_be) {
  const auto now = clock.wall();
  const auto ms = [](base::WallTime time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
  };
  const auto created = [&](std::optional<std::int64_t> said) {
    ReportDraft draft;
    draft.title = "t";
    draft.created_ms = said;
    return create(std::move(draft))->record.created_at;
  };
  const auto earlier = now - std::chrono::hours(5);
  EXPECT_EQ(created(ms(earlier)), earlier);
  EXPECT_EQ(created(ms(now + std::chrono::minutes(1))), now + std::chrono::minutes(1));
  EXPECT_EQ(created(946'684'800'000), base::WallTime(std::chrono::sys_days(std::chrono::year{2000} / 1 / 1)));
  for (const std::optional<std::int64_t> odd : {std::optional<std::int64_t>(),
                                                {ms(now) + 60'001},
                                                {946'684'799'999},
                                                {0},
                                                {-1},
                                                {std::numeric_limits<std::int64_t>::max()}})
    EXPECT_EQ(created(odd), now);
}

TEST_F(DeskTest, a_picture_that_was_handed_in_is_cut_to_its_box_and_one_that_cannot_be_read_is_left_out) {
  ReportDraft draft;
  draft.class_name = "pothole";
  draft.box = pothole().box;
  const auto made = create(ReportDraft(draft), domain::Bytes(picture));
  ASSERT_TRUE(made && made->body.image);
  EXPECT_LT(made->body.image->size.width, 640) << "a crop, not the picture";
  EXPECT_TRUE(desk->picture(made->record.id));
  EXPECT_TRUE(drawn(made->record.id));
  const auto without = create(std::move(draft), domain::Bytes(1000));
  ASSERT_TRUE(without);
  EXPECT_FALSE(without->body.image);
  EXPECT_FALSE(drawn(without->record.id));
}

TEST_F(DeskTest, after_the_end_pictures_are_refused) {
  desk->close();
  const auto refused = create({}, domain::Bytes(picture));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::ErrorCode::overloaded);
  bool asked = true;
  desk->plot("nobody", [&](bool was_asked, const auto&) { asked = was_asked; });
  EXPECT_FALSE(asked);
}

TEST_F(DeskTest, a_place_that_may_be_anywhere_makes_no_hazard_and_spoils_none) {
  ReportDraft draft;
  draft.class_name = "pothole";
  draft.location = domain::Location{.latitude = 48, .longitude = 11, .accuracy_m = {}, .heading_deg = {}, .speed_mps = {}};
  for (const double accuracy :
       {151.0, 1e200, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    draft.location->accuracy_m = accuracy;
    const auto made = create(ReportDraft(draft));
    ASSERT_TRUE(made) << accuracy;
    EXPECT_TRUE(made->record.hazard_id.empty()) << accuracy;
    EXPECT_TRUE(made->record.point) << "the report keeps its place";
  }
  draft.location->accuracy_m = 150;
  const auto made = create(std::move(draft));
  ASSERT_TRUE(made);
  EXPECT_TRUE(std::isfinite(desk->reads().hazard(made->record.hazard_id)->place->uncertainty_m));
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
  int told = 0;
  desk->news().listen([&](const News&) { ++told; }, {});
  const auto made = create(std::move(draft));
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
