#include "desk/page_sessions.hpp"

#include <gtest/gtest.h>

#include "support/temp_store.hpp"

namespace hazard::desk {
namespace {

using namespace std::chrono_literals;

TEST(PageSessions, ids_are_uuids_and_known_at_once) {
  base::ManualClock clock;
  PageSessions sessions(nullptr, clock);
  const auto id = sessions.start({}, "client");
  EXPECT_TRUE(is_uuid(id));
  EXPECT_TRUE(sessions.takes_pictures(id));
  const auto session = sessions.find(id);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->detections, 0);
  EXPECT_EQ(session->stats().unique_hazards, 0);
  EXPECT_TRUE(session->reports.empty());
}

TEST(PageSessions, unknown_and_malformed_ids_are_not_known) {
  base::ManualClock clock;
  test::TempStore store;
  PageSessions sessions(&*store, clock);
  for (const char* id : {"", "nobody", "00000000-0000-4000-8000-000000000000", "../../etc/passwd", "'; DROP TABLE sessions;--"}) {
    EXPECT_FALSE(sessions.find(id)) << id;
    EXPECT_FALSE(sessions.takes_pictures(id)) << id;
    EXPECT_FALSE(sessions.end(id)) << id;
  }
}

TEST(PageSessions, counts_what_pictures_showed) {
  base::ManualClock clock;
  PageSessions sessions(nullptr, clock);
  const auto id = sessions.start({}, "client");
  sessions.saw(id, {{"pothole", 0.9F}, {"crack", 0.5F}});
  sessions.saw(id, {});
  sessions.saw(id, {{"pothole", 0.7F}});
  sessions.note_hazard(id, "h1");
  sessions.note_hazard(id, "h1");
  sessions.note_report(id, "r1", "pending");
  sessions.note_report(id, "r2", "pending");
  sessions.note_report(id, "r2", "confirmed");
  const auto session = sessions.find(id);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->pictures, 3);
  EXPECT_EQ(session->detections, 3);
  EXPECT_EQ(session->classes.at("pothole"), 2);
  EXPECT_EQ(session->seen.size(), 2u);
  EXPECT_EQ(session->stats().unique_hazards, 1);
  EXPECT_EQ(session->stats().pending_reports, 1);
  EXPECT_EQ(session->reports_in("confirmed"), 1);
}

TEST(PageSessions, an_ended_session_takes_pictures_within_its_grace_and_stays_readable) {
  base::ManualClock clock;
  PageSessions sessions(nullptr, clock, {.idle = 1h, .ended_grace = 60s});
  const auto id = sessions.start({}, "client");
  EXPECT_EQ(sessions.alive(), 1u);
  EXPECT_TRUE(sessions.end(id));
  EXPECT_TRUE(sessions.end(id)) << "a second end is no error";
  EXPECT_EQ(sessions.alive(), 0u);
  clock.advance(60s);
  EXPECT_TRUE(sessions.takes_pictures(id));
  clock.advance(1s);
  EXPECT_FALSE(sessions.takes_pictures(id));
  EXPECT_TRUE(sessions.find(id));
}

TEST(PageSessions, ids_outlive_the_process) {
  base::ManualClock clock;
  test::TempStore store;
  std::string id;
  {
    PageSessions sessions(&*store, clock);
    id = sessions.start({.confidence_threshold = 0.4, .source = "script", .user_id = {}}, "client");
    sessions.saw(id, {{"crack", 0.8F}});
    sessions.note_report(id, "r1", "dismissed");
    sessions.save_all();
    store->drain();
  }
  PageSessions sessions(&*store, clock);
  EXPECT_EQ(sessions.alive(), 0u);
  const auto session = sessions.find(id);
  ASSERT_TRUE(session);
  EXPECT_DOUBLE_EQ(session->confidence_threshold, 0.4);
  EXPECT_EQ(session->source, "script");
  EXPECT_EQ(session->detections, 1);
  EXPECT_EQ(session->classes.at("crack"), 1);
  EXPECT_EQ(session->reports_in("dismissed"), 1);
  ASSERT_EQ(session->seen.size(), 1u);
  EXPECT_EQ(session->seen[0].hazards[0].first, "crack");
  EXPECT_TRUE(sessions.takes_pictures(id));
}

TEST(PageSessions, a_storm_of_starts_keeps_memory_bounded_and_every_id_known) {
  base::ManualClock clock;
  test::TempStore store;
  PageSessions sessions(&*store, clock, {.sessions_most = 8});
  std::vector<std::string> ids;
  for (int i = 0; i < 100; ++i) ids.push_back(sessions.start({}, "client"));
  EXPECT_EQ(sessions.alive(), 8u);
  store->drain();
  for (const auto& id : ids) EXPECT_TRUE(sessions.find(id)) << id;
  EXPECT_EQ(sessions.alive(), 8u);
}

TEST(PageSessions, idle_ones_leave_memory_and_come_back) {
  base::ManualClock clock;
  test::TempStore store;
  PageSessions sessions(&*store, clock, {.idle = 10s});
  const auto id = sessions.start({}, "client");
  clock.advance(10s);
  sessions.tick();
  EXPECT_EQ(sessions.alive(), 1u);
  clock.advance(1s);
  sessions.tick();
  EXPECT_EQ(sessions.alive(), 0u);
  store->drain();
  EXPECT_TRUE(sessions.takes_pictures(id));
}

TEST(PageSessions, what_is_being_erased_is_not_brought_back_while_its_row_is_still_there) {
  base::ManualClock clock;
  test::TempStore store;
  PageSessions sessions(&*store, clock);
  const auto mine = sessions.start({}, "client");
  const auto later = sessions.start({}, "other");
  store->drain();
  sessions.erasing(mine);
  sessions.erasing_client("other");
  for (const auto& id : {mine, later}) {
    EXPECT_FALSE(sessions.saw(id, {{"pothole", 0.9F}}));
    EXPECT_FALSE(sessions.takes_pictures(id));
    sessions.note_report(id, "r1", "pending");
    EXPECT_FALSE(sessions.find(id));
  }
  const auto fresh = sessions.start({}, "other");
  EXPECT_TRUE(sessions.find(fresh)) << "started after the client's erasure began";
  store.run([&](store::Transaction& transaction) {
    transaction.erase_session(mine);
    transaction.erase_session(later);
  });
  sessions.erased(mine);
  sessions.erased("other");
  clock.advance(10s);
  sessions.tick();
  sessions.save_all();
  store->drain();
  EXPECT_FALSE(store->reads().session(mine));
  EXPECT_FALSE(store->reads().session(later));
  EXPECT_TRUE(store->reads().session(fresh));
}

TEST(PageSessions, an_erasure_that_failed_leaves_the_session_readable_once_all_of_them_ended) {
  base::ManualClock clock;
  test::TempStore store;
  PageSessions sessions(&*store, clock);
  const auto id = sessions.start({}, "client");
  store->drain();
  sessions.erasing(id);
  sessions.erasing(id);
  sessions.erased(id);
  EXPECT_FALSE(sessions.find(id)) << "the other one is still under way";
  sessions.erased(id);
  EXPECT_TRUE(sessions.find(id));
}

TEST(PageSessions, without_waiting_for_the_store_only_sessions_in_memory_are_counted) {
  base::ManualClock clock;
  test::TempStore store;
  std::string id;
  {
    PageSessions before(&*store, clock);
    id = before.start({}, "client");
    EXPECT_TRUE(before.saw_in_memory(id, {{"pothole", 0.9F}}));
    EXPECT_EQ(before.find(id)->detections, 1);
    store->drain();
  }
  PageSessions sessions(&*store, clock);
  EXPECT_FALSE(sessions.saw_in_memory(id, {{"pothole", 0.9F}}));
  EXPECT_FALSE(sessions.in_memory(id));
  EXPECT_TRUE(sessions.find(id));
  EXPECT_TRUE(sessions.saw_in_memory(id, {}));
  EXPECT_EQ(sessions.find(id)->pictures, 1);
}

TEST(PageSessions, a_record_that_is_none_of_ours_is_no_session) {
  store::SessionRecord record;
  record.id = "x";
  for (const char* body : {"", "[]", "nonsense", "{\"source\":"}) {
    record.body = body;
    EXPECT_FALSE(from_record(record)) << body;
  }
  record.body = R"({"source":7,"classes":[1],"reports":"no","seen":[{"hazards":[[1]]}]})";
  EXPECT_TRUE(from_record(record)) << "wrong types are left out";
}

TEST(is_uuid, takes_the_canonical_form_only) {
  EXPECT_TRUE(is_uuid("123e4567-e89b-42d3-a456-426614174000"));
  EXPECT_FALSE(is_uuid("123e4567e89b42d3a456426614174000"));
  EXPECT_FALSE(is_uuid("123e4567-e89b-42d3-a456-42661417400g"));
  EXPECT_FALSE(is_uuid("123e4567-e89b-42d3-a456-4266141740000"));
}

}  // namespace
}  // namespace hazard::desk
