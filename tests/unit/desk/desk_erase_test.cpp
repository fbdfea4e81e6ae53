#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "store/sqlite_connection.hpp"
#include "support/desk_fixture.hpp"

namespace hazard::desk {
namespace {

using namespace std::chrono_literals;
using test::DeskTest;

TEST_F(DeskTest, erasing_a_session_takes_its_reports_pictures_and_id) {
  const auto mine = desk->sessions().start({}, "client");
  const auto id = look(mine, {pothole()}).report_ids[0];
  std::size_t gone = 0;
  desk->erase_session(mine, [&](domain::Result<std::size_t> count) { gone = *count; });
  store->drain();
  EXPECT_EQ(gone, 1u);
  EXPECT_FALSE(desk->report(id));
  EXPECT_FALSE(desk->picture(id));
  EXPECT_FALSE(desk->sessions().find(mine));
  EXPECT_EQ(desk->reads().hazards({}).total, 0);
}

TEST_F(DeskTest, erasing_a_client_leaves_the_others_alone) {
  const auto mine = desk->sessions().start({}, "client");
  const auto theirs = desk->sessions().start({}, "other");
  look(mine, {pothole()});
  const auto kept = look(theirs, {pothole()}, "other").report_ids[0];
  std::size_t gone = 0;
  desk->erase_client("client", [&](domain::Result<std::size_t> count) { gone = *count; });
  store->drain();
  EXPECT_EQ(gone, 1u);
  EXPECT_TRUE(desk->report(kept));
  EXPECT_TRUE(desk->picture(kept));
  EXPECT_TRUE(desk->sessions().find(theirs));
  EXPECT_FALSE(desk->sessions().find(mine));
  EXPECT_TRUE(look(desk->sessions().start({}, "client"), {pothole()}).fresh[0]) << "it is a newcomer again";
}

TEST_F(DeskTest, a_report_whose_picture_is_still_cut_goes_with_its_client) {
  ReportDraft draft;
  draft.class_name = "pothole";
  std::promise<void> kept;
  desk->create(std::move(draft), "client", test::jpeg({4000, 3000}), [&](const auto&) { kept.set_value(); });
  std::promise<std::size_t> gone;
  desk->erase_client("client", [&](domain::Result<std::size_t> count) { gone.set_value(count.value_or(0)); });
  kept.get_future().wait();
  EXPECT_EQ(gone.get_future().get(), 1u);
}

// Holds the store's writer until it goes, so that a test may put jobs behind one another.
class WriterHeld {
 public:
  explicit WriterHeld(store::Store& store) : store_(store) {
    const auto wait = [gate = gate_.get_future().share()](store::Transaction&) {
      gate.wait();
      return true;
    };
    EXPECT_TRUE(store_.submit({.work = wait, .done = {}}));
  }
  void let_go() {
    gate_.set_value();
    store_.drain();
  }

 private:
  store::Store& store_;
  std::promise<void> gate_;
};

void look_without_waiting(DeskTest& test, const std::string& session) {
  domain::FrameResult result;
  result.picture = {640, 360};
  result.detections.push_back({.detection = test.pothole(), .track = {}, .predicted = false});
  test.desk->look(
      {.session_id = session,
       .client_key = "client",
       .frame_id = "f",
       .location = domain::Location{.latitude = 48, .longitude = 11, .accuracy_m = {}, .heading_deg = {}, .speed_mps = {}},
       .picture = std::make_shared<const domain::Bytes>(test.picture)},
      result, test.model, [](const PageFindings&) {});
}

TEST_F(DeskTest, a_picture_in_flight_does_not_bring_an_erased_session_back) {
  const auto mine = desk->sessions().start({}, "client");
  store->drain();
  for (const bool whole_client : {false, true}) {
    const auto session = whole_client ? desk->sessions().start({}, "client") : mine;
    store->drain();
    WriterHeld held(*store);
    if (whole_client) {
      desk->erase_client("client", [](auto&&) {});
    } else {
      desk->erase_session(session, [](auto&&) {});
    }
    look_without_waiting(*this, session);  // the row is still there
    held.let_go();
    look_without_waiting(*this, session);
    clock.advance(1min);
    desk->tick();
    desk->sessions().save_all();
    store->drain();
    EXPECT_FALSE(desk->sessions().find(session));
    EXPECT_FALSE(desk->reads().session(session));
    EXPECT_EQ(desk->reads().reports({}).total, 0);
    EXPECT_EQ(desk->reads().hazards({}).total, 0);
    EXPECT_TRUE(desk->reads().coverage({}, {}, clock.wall(), 9).empty());
    EXPECT_EQ(evidence->pictures(), 0u);
  }
}

TEST_F(DeskTest, what_was_found_before_an_erasure_and_comes_to_be_kept_after_it_is_not_kept) {
  const auto mine = desk->sessions().start({}, "client");
  store->drain();
  WriterHeld held(*store);
  store->submit({.work =
                     [&](store::Transaction& transaction) {
                       transaction.erase_session(mine);
                       return true;
                     },
                 .done = {}});
  bool answered = false;
  PageFindings findings;
  domain::FrameResult result;
  result.picture = {640, 360};
  result.detections.push_back({.detection = pothole(), .track = {}, .predicted = false});
  desk->look({.session_id = mine,
              .client_key = "client",
              .frame_id = "f",
              .location = {},
              .picture = std::make_shared<const domain::Bytes>(picture)},
             result, model, [&](PageFindings answer) {
               findings = std::move(answer);
               answered = true;
             });
  desk->sessions().erasing(mine);
  held.let_go();
  desk->sessions().erased(mine);
  EXPECT_TRUE(answered) << "the picture still has its reply";
  ASSERT_EQ(findings.report_ids.size(), 1u);
  EXPECT_TRUE(findings.report_ids[0].empty());
  EXPECT_EQ(desk->reads().reports({}).total, 0);
  EXPECT_EQ(desk->reads().hazards({}).total, 0);
  EXPECT_EQ(evidence->pictures(), 0u);
}

// Five pictures of one pothole in a stream.
void see_track(DeskTest& test, const std::string& session) {
  report::FrameFacts facts;
  facts.client_key = facts.session_id = session;
  facts.source = "stream";
  facts.thresholds = {.detection = 0.5F, .report = 0.6F};
  facts.picture = {640, 360};
  for (int i = 0; i < 5; ++i) {
    facts.at = facts.arrived = test.clock.wall();
    facts.found = {{.class_id = 1, .class_name = "pothole", .box = test.pothole().box, .confidence = 0.8F, .track_id = 7}};
    test.desk->stream_picture(facts);
    test.clock.advance(100ms);
  }
}

TEST_F(DeskTest, erasing_a_client_takes_its_streams_along_and_leaves_those_of_others) {
  for (const auto* stream : {"one", "two", "theirs"}) {
    desk->stream_belongs(stream, 1, stream == std::string("theirs") ? "other" : "client");
    see_track(*this, stream);
    desk->stream_ended(stream, 1);
  }
  store->drain();
  ASSERT_EQ(desk->reads().hazards({}).total, 3);
  std::size_t gone = 0;
  desk->erase_client("client", [&](domain::Result<std::size_t> count) { gone = *count; });
  store->drain();
  EXPECT_EQ(gone, 2u);
  EXPECT_EQ(desk->reads().hazards({}).total, 1);
  EXPECT_EQ(desk->reads().reports({}).total, 1);
  desk->erase_client("other", [&](domain::Result<std::size_t> count) { gone = *count; });
  store->drain();
  EXPECT_EQ(gone, 1u);
  EXPECT_EQ(desk->reads().hazards({}).total, 0);
}

TEST_F(DeskTest, what_a_running_stream_has_not_kept_yet_is_forgotten_and_the_stream_goes_on) {
  desk->stream_belongs("stream", 1, "client");
  see_track(*this, "stream");
  std::optional<std::size_t> gone;
  desk->erase_client("client", [&](domain::Result<std::size_t> count) { gone = *count; });
  store->drain();
  EXPECT_EQ(gone, 0u);
  desk->stream_ended("stream", 1);
  store->drain();
  EXPECT_EQ(desk->reads().hazards({}).total, 0);

  desk->stream_belongs("stream", 1, "client");
  see_track(*this, "stream");
  desk->erase_session("stream", [](auto&&) {});
  see_track(*this, "stream");
  desk->stream_ended("stream", 1);
  store->drain();
  EXPECT_EQ(desk->reads().hazards({}).total, 1) << "seen after the erasing";
  desk->erase_client("client", [&](domain::Result<std::size_t> count) { gone = *count; });
  store->drain();
  EXPECT_EQ(gone, 1u) << "and still its";
}

TEST_F(DeskTest, the_late_end_of_a_stream_leaves_the_next_one_of_its_id_its_owner) {
  desk->stream_belongs("stream", 1, "client");
  desk->stream_belongs("stream", 2, "client");  // opened while a frame of the first was in flight
  desk->stream_ended("stream", 1);
  EXPECT_FALSE(desk->has_owner("stream", 1));
  EXPECT_TRUE(desk->has_owner("stream", 2));
  see_track(*this, "stream");
  desk->stream_ended("stream", 2);
  EXPECT_FALSE(desk->has_owner("stream", 2));
  store->drain();
  std::optional<std::size_t> gone;
  desk->erase_client("client", [&](domain::Result<std::size_t> count) { gone = *count; });
  store->drain();
  EXPECT_EQ(gone, 1u);
}

TEST(Desk, erasing_where_nothing_is_kept_is_no_error) {
  base::ManualClock clock;
  Desk desk(nullptr, nullptr, clock);
  bool called = false;
  desk.erase_client("client", [&](domain::Result<std::size_t> count) { called = count.has_value() && *count == 0; });
  EXPECT_TRUE(called);
}

TEST_F(DeskTest, traces_that_another_process_keeps_in_the_log_go_with_a_later_tick) {
  const auto mine = desk->sessions().start({}, "client");
  look(mine, {pothole()});
  const auto log_bytes = [&] { return std::filesystem::file_size(store.options().path.string() + "-wal"); };
  auto other = store::Connection::open(store.options().path.string(), store::Connection::Mode::read_only).value();
  other->run("BEGIN");
  EXPECT_TRUE(other->question("SELECT count(*) FROM reports"));
  std::optional<domain::Result<std::size_t>> gone;
  desk->erase_session(mine, [&](domain::Result<std::size_t> answer) { gone = std::move(answer); });
  store->drain();
  ASSERT_TRUE(gone && !*gone) << "not all of it is gone";
  EXPECT_EQ(desk->reads().reports({}).total, 0) << "the rows are";
  EXPECT_GT(log_bytes(), 0u);
  desk->tick();
  store->drain();
  EXPECT_GT(log_bytes(), 0u) << "not before its time";
  other->run("COMMIT");
  clock.advance(1min);
  desk->tick();
  store->drain();
  EXPECT_EQ(log_bytes(), 0u);
}

TEST_F(DeskTest, an_erased_client_leaves_no_trace_in_any_file) {
  const std::string client = "c0ffee00c0ffee00c0ffee00c0ffee00";
  look(desk->sessions().start({}, client), {pothole()}, client);
  const std::string hosted = "0f8fad5b-d9cb-469f-a165-70867728950e";
  desk->host(hosted, client, domain::Bytes(picture), [](const auto& kept) { EXPECT_TRUE(kept); });
  const std::string other = "1f8fad5b-d9cb-469f-a165-70867728950e";
  desk->host(other, "somebody", domain::Bytes(picture), [](const auto& kept) { EXPECT_TRUE(kept); });
  desk->sessions().save_all();
  store->drain();
  const auto files_with = [&](std::string_view text) {
    int found = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(store.folder())) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(file), {});
      found += bytes.find(text) != std::string::npos ? 1 : 0;
    }
    return found;
  };
  EXPECT_GT(files_with(client), 0);
  std::optional<domain::Result<std::size_t>> gone;
  desk->erase_client(client, [&](domain::Result<std::size_t> answer) { gone = std::move(answer); });
  store->drain();
  ASSERT_TRUE(gone && *gone) << "answered once nothing is left";
  EXPECT_EQ(files_with(client), 0);
  EXPECT_EQ(files_with(hosted), 0);
  EXPECT_FALSE(desk->picture(hosted));
  EXPECT_TRUE(desk->picture(other)) << "what others host stays";
}

}  // namespace
}  // namespace hazard::desk
