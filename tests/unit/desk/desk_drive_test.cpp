#include <gtest/gtest.h>

#include "base/ids.hpp"
#include "support/desk_fixture.hpp"

namespace hazard::desk {
namespace {

using test::DeskTest;

struct DeskDriveTest : DeskTest {
  Drive drive(int sightings) {
    Drive made;
    made.id = base::make_uuid();
    made.source = "import";
    made.from = clock.wall();
    made.pictures = 100;
    for (int i = 0; i < sightings; ++i) {
      domain::Sighting sighting;
      sighting.id = base::make_uuid();
      sighting.client_key = sighting.session_id = made.id;
      sighting.source = "import";
      sighting.class_id = 1;
      sighting.class_name = "pothole";
      sighting.hits = 3;
      sighting.first_seen = sighting.last_seen = sighting.best.at = clock.wall();
      sighting.best.confidence = 0.8F;
      sighting.place = domain::SightedPlace{{48 + i * 0.01, 11}, {48 + i * 0.01, 11}, 3, 1, 90, domain::PlaceBasis::projected};
      made.sightings.push_back(std::move(sighting));
    }
    made.lines.push_back({.drive = made.id,
                          .client_key = made.id,
                          .from = clock.wall(),
                          .to = clock.wall(),
                          .pictures = 100,
                          .hits = 3,
                          .line = {{48, 11}, {48.01, 11}}});
    return made;
  }
  domain::Result<DriveKept> take(Drive made) {
    domain::Result<DriveKept> answer = domain::refuse(domain::ErrorCode::internal, "not called");
    desk->take_drive(std::move(made), [&](domain::Result<DriveKept> kept) { answer = std::move(kept); });
    store->drain();
    return answer;
  }
};

TEST_F(DeskDriveTest, keeps_sightings_lines_pictures_and_a_session) {
  auto made = drive(3);
  const std::string id = made.id;
  made.picture = [this](const domain::Sighting&) {
    return std::optional(EvidencePicture{.jpeg = picture, .size = {64, 48}, .left = 1, .top = 2});
  };
  const auto kept = take(std::move(made));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->hazards, 3U);
  EXPECT_EQ(desk->reads().hazards({}).total, 3);
  EXPECT_EQ(evidence->pictures(), 3U);
  EXPECT_EQ(desk->reads().coverage({}, {}, clock.wall(), 9).size(), 1U);
  const auto session = desk->sessions().find(id);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->pictures, 100);
  EXPECT_EQ(session->reports.size(), 3U);
}

TEST_F(DeskDriveTest, a_drive_of_the_same_id_changes_nothing) {
  const auto made = drive(2);
  ASSERT_TRUE(take(made));
  const auto again = take(made);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->known);
  EXPECT_EQ(desk->reads().hazards({}).items.at(0).sightings, 1);
}

TEST_F(DeskDriveTest, an_erased_drive_leaves_nothing_and_may_come_again) {
  const auto made = drive(2);
  ASSERT_TRUE(take(made));
  bool erased = false;
  desk->erase_session(made.id, [&](const auto& gone) { erased = gone.has_value(); });
  store->drain();
  EXPECT_TRUE(erased);
  EXPECT_EQ(desk->reads().hazards({}).total, 0);
  const auto again = take(made);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->hazards, 2U);
}

TEST_F(DeskDriveTest, a_desk_that_keeps_nothing_refuses) {
  Desk nothing(nullptr, nullptr, clock);
  std::optional<domain::Result<DriveKept>> answer;
  nothing.take_drive(drive(1), [&](domain::Result<DriveKept> kept) { answer = std::move(kept); });
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().code, domain::ErrorCode::not_implemented);
}

}  // namespace
}  // namespace hazard::desk
