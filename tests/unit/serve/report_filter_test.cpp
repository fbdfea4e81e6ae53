#include "serve/report_filter.hpp"

#include <gtest/gtest.h>

namespace hazard::serve {
namespace {

TEST(read_report_filter, nothing_asked_is_the_first_page) {
  const auto filter = read_report_filter({});
  ASSERT_TRUE(filter);
  EXPECT_EQ(filter->limit, 20);
  EXPECT_EQ(filter->offset, 0);
  EXPECT_TRUE(filter->descending);
}

TEST(read_report_filter, the_limit_is_capped_silently) {
  EXPECT_EQ(read_report_filter({{"limit", "99"}})->limit, 99);
  EXPECT_EQ(read_report_filter({{"limit", "100"}})->limit, 100);
  EXPECT_EQ(read_report_filter({{"limit", "101"}})->limit, 100);
  const auto second = read_report_filter({{"page", "3"}, {"limit", "5000"}});
  EXPECT_EQ(second->offset, 200);
}

TEST(read_report_filter, lists_and_blanks) {
  const auto filter = read_report_filter({{"status", "pending, confirmed,"}, {"class_ids", "0,3"}, {"source", ""}});
  ASSERT_TRUE(filter);
  EXPECT_EQ(filter->statuses, (std::vector<std::string>{"pending", "confirmed"}));
  EXPECT_EQ(filter->class_ids, (std::vector<int>{0, 3}));
  EXPECT_FALSE(filter->source);
}

TEST(read_report_filter, a_day_as_the_end_is_the_whole_day) {
  const auto filter = read_report_filter({{"date_from", "2024-01-01"}, {"date_to", "2024-01-01"}});
  ASSERT_TRUE(filter);
  EXPECT_EQ(*filter->created_to - *filter->created_from, std::chrono::hours(24) - std::chrono::microseconds(1));
}

TEST(read_report_filter, what_is_wrong_is_a_bad_request_that_names_it) {
  const std::pair<const char*, const char*> bad[] = {{"status", "gone"},
                                                     {"class_ids", "a"},
                                                     {"min_confidence", "1.1"},
                                                     {"max_confidence", "nan"},
                                                     {"date_from", "x"},
                                                     {"location_bounds", "1,2,3"},
                                                     {"location_bounds", "2,0,1,0"},
                                                     {"location_bounds", "0,0,91,0"},
                                                     {"page", "0"},
                                                     {"limit", "0"},
                                                     {"sort_by", "x"},
                                                     {"sort_order", "up"}};
  for (const auto& [name, value] : bad) {
    const auto filter = read_report_filter({{name, value}});
    ASSERT_FALSE(filter) << name << "=" << value;
    EXPECT_EQ(filter.error().code, domain::ErrorCode::bad_request);
    EXPECT_TRUE(filter.error().message.starts_with(name));
  }
}

TEST(read_hazard_filter, knows_review_states) {
  const auto filter = read_hazard_filter({{"state", "fixed,reopened"}, {"classes", "crack"}});
  ASSERT_TRUE(filter);
  EXPECT_EQ(filter->states.size(), 2u);
  EXPECT_FALSE(read_hazard_filter({{"state", "gone"}}));
}

TEST(pagination_object, has_both_spellings) {
  EXPECT_EQ(pagination_object(20, 20, 41), R"({"page":2,"limit":20,"total":41,"pages":3,"totalPages":3})");
  EXPECT_EQ(pagination_object(0, 20, 0), R"({"page":1,"limit":20,"total":0,"pages":0,"totalPages":0})");
}

}  // namespace
}  // namespace hazard::serve
