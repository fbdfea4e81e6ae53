#include "report/coverage.hpp"

#include <gtest/gtest.h>

#include "support/hazards.hpp"

namespace hazard::report {
namespace {

using test::at_second;

struct CoverageTest : testing::Test {
  std::optional<store::CoverageRecord> add(double east, double second, bool hit = false, const std::string& drive = "d") {
    return coverage.add(drive, "client", at_second(second), moved({52.5, 13.4}, {east, 0}), hit);
  }
  Coverage coverage;
};

TEST_F(CoverageTest, a_line_has_a_point_every_ten_metres_and_counts_all_pictures) {
  for (int i = 0; i <= 30; ++i) EXPECT_FALSE(add(i * 2.001, i * 0.2, i == 7).has_value());
  const auto line = coverage.end("d");
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(line->line.size(), 7U);
  EXPECT_EQ(line->pictures, 31);
  EXPECT_EQ(line->hits, 1);
  EXPECT_EQ(line->from, at_second(0));
  EXPECT_EQ(line->to, at_second(6));
  EXPECT_EQ(line->client_key, "client");
  EXPECT_FALSE(coverage.end("d").has_value());
}

TEST_F(CoverageTest, nothing_is_drawn_over_a_gap_in_place_or_time) {
  add(0, 0);
  add(20, 1);
  EXPECT_FALSE(add(170, 5).has_value());  // 150 m: still joined
  EXPECT_TRUE(add(320.5, 9).has_value());
  add(340, 10);
  EXPECT_FALSE(add(360, 25).has_value());  // 15 s: still joined
  EXPECT_TRUE(add(380, 40.1).has_value());
}

TEST_F(CoverageTest, a_full_line_is_given_out_and_the_next_begins_where_it_ends) {
  std::vector<store::CoverageRecord> lines;
  for (int i = 0; i < 250; ++i) {
    if (auto line = add(i * 10.001, i)) lines.push_back(*line);
  }
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].line.size(), 100U);
  EXPECT_EQ(lines[0].line.back(), lines[1].line.front());
}

TEST_F(CoverageTest, a_vehicle_that_stands_draws_no_line) {
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(add(0, i).has_value());
  EXPECT_FALSE(coverage.end("d").has_value());
}

TEST_F(CoverageTest, drives_are_apart_and_bounded) {
  CoverageOptions options;
  options.drives_most = 2;
  Coverage small(options);
  small.add("a", "c", at_second(0), {52, 13}, false);
  small.add("a", "c", at_second(1), {52.0005, 13}, false);
  small.add("b", "c", at_second(2), {53, 13}, false);
  const auto pushed_out = small.add("c", "c", at_second(3), {54, 13}, false);
  ASSERT_TRUE(pushed_out.has_value());
  EXPECT_EQ(pushed_out->drive, "a");
  EXPECT_EQ(small.drives(), 2U);
}

}  // namespace
}  // namespace hazard::report
