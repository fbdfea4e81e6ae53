#include "desk/report_news.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hazard::desk {
namespace {

using testing::HasSubstr;

Report report_named(std::string id) {
  Report report;
  report.record.id = std::move(id);
  return report;
}

TEST(ReportNews, the_report_stands_in_both_places) {
  base::ManualClock clock;
  ReportNews news(clock);
  std::vector<News> heard;
  news.listen([&](const News& each) { heard.push_back(each); }, {});
  news.added(report_named("r1"));
  news.changed(report_named("r1"));
  news.removed("r1");
  ASSERT_EQ(heard.size(), 3u);
  EXPECT_THAT(*heard[0].json, HasSubstr(R"("type":"new_report")"));
  EXPECT_THAT(*heard[0].json, HasSubstr(R"("data":{"report":{"id":"r1")"));
  EXPECT_THAT(*heard[0].json, HasSubstr(R"(},"report":{"id":"r1")"));
  EXPECT_THAT(*heard[1].json, HasSubstr(R"("type":"report_updated")"));
  EXPECT_THAT(*heard[2].json, HasSubstr(R"("data":{"reportId":"r1")"));
  EXPECT_EQ(heard[0].id + 1, heard[1].id);
}

TEST(ReportNews, who_comes_back_hears_what_was_missed_and_nothing_twice) {
  base::ManualClock clock;
  ReportNews news(clock);
  std::vector<News> heard;
  const auto key = news.listen([&](const News& each) { heard.push_back(each); }, {});
  news.added(report_named("a"));
  news.leave(key);
  news.added(report_named("b"));
  ASSERT_EQ(heard.size(), 1u);
  news.listen([&](const News& each) { heard.push_back(each); }, heard[0].id);
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_THAT(*heard[1].json, HasSubstr(R"("id":"b")"));
  EXPECT_EQ(news.listeners(), 1u);
  EXPECT_EQ(news.listeners_ever(), 2u);
}

TEST(ReportNews, keeps_the_last_ones_only) {
  base::ManualClock clock;
  ReportNews news(clock);
  for (std::size_t i = 0; i <= ReportNews::kKept; ++i) news.removed("x");
  std::size_t heard = 0;
  news.listen([&](const News&) { ++heard; }, 0);
  EXPECT_EQ(heard, ReportNews::kKept);
}

TEST(ReportNews, numbers_grow_over_a_restart) {
  base::ManualClock clock;
  std::uint64_t last = 0;
  {
    ReportNews news(clock);
    news.listen([&](const News& each) { last = each.id; }, {});
    news.removed("x");
  }
  clock.advance(std::chrono::seconds(1));
  ReportNews news(clock);
  std::uint64_t first = 0;
  news.listen([&](const News& each) { first = each.id; }, {});
  news.removed("x");
  EXPECT_GT(first, last);
}

}  // namespace
}  // namespace hazard::desk
