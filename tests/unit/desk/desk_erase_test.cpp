#include <gtest/gtest.h>

#include "support/desk_fixture.hpp"

namespace hazard::desk {
namespace {

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

TEST(Desk, erasing_where_nothing_is_kept_is_no_error) {
  base::ManualClock clock;
  Desk desk(nullptr, nullptr, clock);
  bool called = false;
  desk.erase_client("client", [&](domain::Result<std::size_t> count) { called = count.has_value() && *count == 0; });
  EXPECT_TRUE(called);
}

}  // namespace
}  // namespace hazard::desk
