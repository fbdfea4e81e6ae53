#include "app/drive_fixes.hpp"

#include <gtest/gtest.h>

namespace hazard::app {
namespace {

using namespace std::chrono_literals;

const base::WallTime kStart{1'700'000'000s};

DriveFixes track(int points) {
  std::vector<serve::GpxPoint> all;
  for (int i = 0; i < points; ++i) all.push_back({{48 + i * 0.0001, 11}, kStart + i * 1s});
  return DriveFixes(std::move(all));
}

TEST(DriveFixes, the_first_picture_gets_the_point_before_it_and_the_next_the_one_after) {
  auto fixes = track(5);
  const auto first = fixes.with(kStart + 1500ms);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->at, kStart + 1s);
  const auto second = fixes.with(kStart + 1700ms);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->at, kStart + 2s);
}

TEST(DriveFixes, each_point_is_sent_once_and_points_between_pictures_are_passed_over) {
  auto fixes = track(10);
  EXPECT_TRUE(fixes.with(kStart));
  EXPECT_TRUE(fixes.with(kStart + 500ms));
  EXPECT_FALSE(fixes.with(kStart + 700ms)) << "the same point again says nothing";
  const auto late = fixes.with(kStart + 4200ms);
  ASSERT_TRUE(late);
  EXPECT_EQ(late->at, kStart + 5s);
}

TEST(DriveFixes, what_went_with_a_picture_that_was_none_goes_with_the_next) {
  auto fixes = track(5);
  EXPECT_TRUE(fixes.with(kStart));
  const auto mark = fixes.mark();
  EXPECT_EQ(fixes.with(kStart + 500ms)->at, kStart + 1s);
  fixes.back_to(mark);
  EXPECT_EQ(fixes.with(kStart + 700ms)->at, kStart + 1s);
}

TEST(DriveFixes, behind_the_end_there_is_nothing) {
  auto fixes = track(3);
  EXPECT_TRUE(fixes.with(kStart + 2s));
  EXPECT_FALSE(fixes.with(kStart + 3s));
  EXPECT_FALSE(DriveFixes({}).with(kStart));
}

}  // namespace
}  // namespace hazard::app
