#include "app/drive_import.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "detect/fake_engine.hpp"
#include "support/desk_fixture.hpp"

namespace hazard::app {
namespace {

using namespace std::chrono_literals;

// Twelve pictures of a road with one sure pothole, and a desk to keep it.
struct DriveImport : test::DeskTest {
  DriveImport() {
    for (int i = 0; i < 12; ++i) {
      const auto bytes = test::jpeg({640, 360}, 60 + i);
      std::ofstream(drive.path() / (std::to_string(100 + i) + ".jpg"), std::ios::binary)
          .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    plan.source = drive.path().string();
    plan.fps = 5;
    plan.start = clock.wall() - 1h;
    for (int i = 0; i < 10; ++i) plan.track.push_back({{48 + i * 0.0001, 11}, *plan.start + i * 1s});
    plan.track_text = "track";
    engine = detect::make_fake_engine({.detections = {pothole()}});
  }
  ImportTools tools(std::function<bool()> stop = {}) {
    return {.engine = *engine,
            .desk = *desk,
            .folder = store.folder() / "imports",
            .clock = clock,
            .progress = {},
            .stop = std::move(stop)};
  }
  test::TempFolder drive;
  ImportPlan plan;
  std::unique_ptr<detect::Engine> engine;
};

TEST_F(DriveImport, keeps_one_hazard_with_its_place_its_crop_and_the_line_that_was_driven) {
  const auto outcome = import_drive(plan, tools());
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->end, ImportOutcome::End::kept);
  EXPECT_EQ(outcome->pictures, 12U);
  EXPECT_EQ(outcome->placed, 12U);
  EXPECT_EQ(outcome->kept.hazards, 1U);
  const auto page = store->reads().hazards({});
  ASSERT_EQ(page.total, 1);
  ASSERT_TRUE(page.items[0].place);
  EXPECT_NEAR(page.items[0].place->point.latitude, 48.0001, 0.001);
  const auto report = desk->report(page.items[0].id);
  ASSERT_TRUE(report && report->body.image);
  EXPECT_LT(report->body.image->size.width, 640);
  EXPECT_EQ(report->record.source, "import");
  EXPECT_FALSE(store->reads().coverage({}, {}, clock.wall(), 9).empty());
  EXPECT_TRUE(desk->sessions().find(outcome->session_id));
  EXPECT_TRUE(std::filesystem::is_empty(store.folder() / "imports")) << "nothing of the journal is left";
}

TEST_F(DriveImport, goes_on_where_it_was_stopped_and_ends_in_the_same) {
  std::ofstream(drive.path() / "104.jpg") << "no picture";  // behind what the first run looks at, before what the second does
  const auto whole = import_drive(plan, tools());
  ASSERT_TRUE(whole);
  const auto all = store->reads().hazards({}).items;
  const auto& expected = all.at(0);
  bool erased = false;
  desk->erase_session(whole->session_id, [&](const auto& gone) { erased = gone.has_value(); });
  store->drain();
  ASSERT_TRUE(erased);
  for (const int stop_after : {3, 4}) {
    int asked = 0;
    const auto part = import_drive(plan, tools([&] { return asked++ == stop_after; }));
    ASSERT_TRUE(part);
    EXPECT_EQ(part->end, ImportOutcome::End::interrupted);
    EXPECT_EQ(store->reads().hazards({}).total, 0);
  }
  const auto rest = import_drive(plan, tools());
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->earlier, 7U);
  EXPECT_EQ(rest->pictures, 12U);
  const auto hazards = store->reads().hazards({});
  ASSERT_EQ(hazards.items.size(), all.size());
  EXPECT_EQ(rest->unreadable, 1U);
  EXPECT_EQ(rest->placed, whole->placed);
  EXPECT_EQ(hazards.items[0].place->point, expected.place->point);
  EXPECT_EQ(hazards.items[0].first_seen, expected.first_seen);
  EXPECT_EQ(hazards.items[0].best.frame_id, expected.best.frame_id);
  EXPECT_EQ(hazards.items[0].reason, expected.reason);
}

TEST_F(DriveImport, a_drive_is_kept_once_until_it_is_erased) {
  const auto first = import_drive(plan, tools());
  ASSERT_TRUE(first);
  plan.fps = 10;  // other settings do not make it another drive
  const auto second = import_drive(plan, tools());
  ASSERT_TRUE(second);
  EXPECT_EQ(second->end, ImportOutcome::End::known);
  EXPECT_EQ(second->session_id, first->session_id);
  EXPECT_EQ(store->reads().hazards({}).items.at(0).sightings, 1);
  plan.track_text = "another track";
  EXPECT_NE(drive_id(plan).value(), first->session_id);
}

TEST_F(DriveImport, without_a_track_hazards_have_no_place) {
  plan.track.clear();
  const auto outcome = import_drive(plan, tools());
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->placed, 0U);
  EXPECT_FALSE(store->reads().hazards({}).items.at(0).place);
}

TEST_F(DriveImport, pictures_that_cannot_be_read_are_counted_and_left_out) {
  std::ofstream(drive.path() / "111.jpg") << "no picture";
  const auto outcome = import_drive(plan, tools());
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->unreadable, 1U);
  EXPECT_EQ(outcome->kept.hazards, 1U);
}

TEST_F(DriveImport, refuses_what_it_cannot_read_or_keep) {
  plan.source = "/nowhere/at/all";
  EXPECT_FALSE(import_drive(plan, tools()));
  test::Desk nothing(nullptr, nullptr, clock);
  plan.source = drive.path().string();
  EXPECT_FALSE(import_drive(
      plan, {.engine = *engine, .desk = nothing, .folder = store.folder(), .clock = clock, .progress = {}, .stop = {}}));
}

TEST_F(DriveImport, a_model_that_fails_ends_it_and_nothing_is_kept) {
  engine = detect::make_fake_engine(
      {.on_infer = []() -> domain::Result<void> { return domain::refuse(domain::ErrorCode::inference_failed, "scripted"); }});
  EXPECT_FALSE(import_drive(plan, tools()));
  EXPECT_EQ(store->reads().hazards({}).total, 0);
}

}  // namespace
}  // namespace hazard::app
