#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

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
    desk->stream_belongs(stream, stream == std::string("theirs") ? "other" : "client");
    see_track(*this, stream);
    desk->stream_ended(stream);
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
  desk->stream_belongs("stream", "client");
  see_track(*this, "stream");
  std::optional<std::size_t> gone;
  desk->erase_client("client", [&](domain::Result<std::size_t> count) { gone = *count; });
  store->drain();
  EXPECT_EQ(gone, 0u);
  desk->stream_ended("stream");
  store->drain();
  EXPECT_EQ(desk->reads().hazards({}).total, 0);

  desk->stream_belongs("stream", "client");
  see_track(*this, "stream");
  desk->erase_session("stream", [](auto&&) {});
  see_track(*this, "stream");
  desk->stream_ended("stream");
  store->drain();
  EXPECT_EQ(desk->reads().hazards({}).total, 1) << "seen after the erasing";
  desk->erase_client("client", [&](domain::Result<std::size_t> count) { gone = *count; });
  store->drain();
  EXPECT_EQ(gone, 1u) << "and still its";
}

TEST(Desk, erasing_where_nothing_is_kept_is_no_error) {
  base::ManualClock clock;
  Desk desk(nullptr, nullptr, clock);
  bool called = false;
  desk.erase_client("client", [&](domain::Result<std::size_t> count) { called = count.has_value() && *count == 0; });
  EXPECT_TRUE(called);
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
