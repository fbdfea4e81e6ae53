#include "app/import_journal.hpp"

#include <gtest/gtest.h>

#include "support/temp_store.hpp"

namespace hazard::app {
namespace {

const base::WallTime kStart{std::chrono::seconds(1'700'000'000)};

JournalLine line(std::uint64_t number) {
  JournalLine made{.number = number, .unreadable = false, .facts = {}};
  made.facts.frame_id = "0\"1.jpg";
  made.facts.at = kStart + std::chrono::microseconds(123'457);
  made.facts.arrived = made.facts.at;
  made.facts.picture = {1280, 720};
  made.facts.likeness = 0xFFFF'FFFF'FFFF'FFFEU;
  made.facts.found = {
      {.class_id = 1, .class_name = "pothole", .box = {0.1F, 2.25F, 33.333F, 44}, .confidence = 0.7654321F, .track_id = 9}};
  return made;
}

std::uint64_t lines_of(ImportJournal& journal) {
  std::uint64_t count = 0;
  EXPECT_TRUE(journal.each([&](JournalLine&&) { ++count; }));
  return count;
}

TEST(ImportJournal, a_line_reads_back_to_the_last_bit) {
  auto written = line(7);
  written.facts.location =
      domain::Location{.latitude = 48.123456789012, .longitude = -11.1, .accuracy_m = 4.5, .heading_deg = {}, .speed_mps = 13.9};
  written.facts.location_at = written.facts.arrived = kStart + std::chrono::milliseconds(500);
  const auto read = read_line(to_line(written));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->number, 7U);
  EXPECT_EQ(read->facts.frame_id, written.facts.frame_id);
  EXPECT_EQ(read->facts.at, written.facts.at);
  EXPECT_EQ(read->facts.likeness, written.facts.likeness);
  EXPECT_EQ(read->facts.location->latitude, written.facts.location->latitude);
  EXPECT_EQ(read->facts.location_at, written.facts.location_at);
  EXPECT_FALSE(read->facts.location->heading_deg);
  ASSERT_EQ(read->facts.found.size(), 1U);
  EXPECT_EQ(read->facts.found[0].box, written.facts.found[0].box);
  EXPECT_EQ(read->facts.found[0].confidence, written.facts.found[0].confidence);
  EXPECT_EQ(read->facts.found[0].track_id, 9U);
}

TEST(ImportJournal, an_unreadable_picture_is_a_line_too) {
  const auto read = read_line(to_line({.number = 3, .unreadable = true, .facts = {}}));
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->unreadable);
}

TEST(ImportJournal, refuses_lines_that_are_none) {
  for (const char* text :
       {"", "{}", "[1]", R"({"n":1,"frame":"a"})", R"({"n":1,"frame":"a","at":1,"found":[[1]]})", R"({"n":1,"frame)"})
    EXPECT_FALSE(read_line(text)) << text;
}

TEST(ImportJournal, goes_back_to_its_last_checkpoint) {
  test::TempFolder folder;
  {
    auto journal = ImportJournal::open(folder.path() / "j", "plan");
    ASSERT_TRUE(journal);
    for (std::uint64_t i = 0; i < 5; ++i) ASSERT_TRUE((*journal)->add(line(i)));
    ASSERT_TRUE((*journal)->checkpoint("tracker\nbytes"));
    ASSERT_TRUE((*journal)->add(line(5)));
  }
  auto again = ImportJournal::open(folder.path() / "j", "plan");
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->pictures(), 5U);
  EXPECT_EQ((*again)->tracker(), "tracker\nbytes");
  EXPECT_EQ(lines_of(**again), 5U);
  ASSERT_TRUE((*again)->add(line(5)));
  EXPECT_EQ(lines_of(**again), 6U);
}

TEST(ImportJournal, another_plan_and_a_damaged_checkpoint_begin_anew) {
  test::TempFolder folder;
  const auto fill = [&] {
    auto journal = ImportJournal::open(folder.path() / "j", "plan");
    ASSERT_TRUE(journal);
    ASSERT_TRUE((*journal)->add(line((*journal)->pictures())));
    ASSERT_TRUE((*journal)->checkpoint("t"));
  };
  fill();
  EXPECT_EQ((*ImportJournal::open(folder.path() / "j", "other"))->pictures(), 0U);
  fill();
  std::ofstream(folder.path() / "j" / "checkpoint") << "{\"plan\":";
  EXPECT_EQ((*ImportJournal::open(folder.path() / "j", "plan"))->pictures(), 0U);
  fill();
  std::filesystem::resize_file(folder.path() / "j" / "pictures.jsonl", 3);
  EXPECT_EQ((*ImportJournal::open(folder.path() / "j", "plan"))->pictures(), 0U) << "shorter than its checkpoint says";
}

TEST(ImportJournal, keeps_one_crop_of_a_track_and_goes_without_a_trace) {
  test::TempFolder folder;
  auto journal = ImportJournal::open(folder.path() / "j", "plan");
  ASSERT_TRUE(journal);
  const desk::EvidencePicture crop{.jpeg = {0xFF, 0xD8, '\n', 0}, .size = {64, 48}, .left = 3, .top = 4};
  (*journal)->keep_crop(9, 1, crop, {});
  (*journal)->keep_crop(9, 4, crop, 1);
  EXPECT_FALSE((*journal)->crop(9, 1));
  const auto kept = (*journal)->crop(9, 4);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->jpeg, crop.jpeg);
  EXPECT_EQ(kept->left, 3);
  EXPECT_EQ(kept->size.height, 48);
  EXPECT_FALSE((*journal)->crop(8, 4));
  (*journal)->remove();
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "j"));
}

TEST(ImportJournal, a_folder_that_cannot_be_written_is_named) {
  const auto journal = ImportJournal::open("/proc/nowhere", "plan");
  ASSERT_FALSE(journal);
  EXPECT_NE(journal.error().message.find("/proc/nowhere"), std::string::npos);
}

}  // namespace
}  // namespace hazard::app
