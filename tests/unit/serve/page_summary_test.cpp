#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "serve/page_summary.hpp"

namespace hazard::serve {
namespace {

using testing::HasSubstr;

TEST(page_summary, a_new_session_has_zeros_and_empty_lists_under_all_names) {
  desk::PageSession session;
  session.id = "s";
  const auto text = page_summary(session, {}, {});
  for (const char* part :
       {R"("session_id":"s")", R"("id":"s")", R"("sessionId":"s")", R"("total_detections":0)", R"("detection_count":0)",
        R"("reports":[])", R"("detections":[])", R"("session_info":{"session_id":"s")", R"("class_distribution":{})"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(page_summary, counts_reports_by_their_state) {
  desk::PageSession session;
  session.detections = 4;
  session.confidence_sum = 2;
  session.reports = {{"a", "pending"}, {"b", "confirmed"}, {"c", "confirmed"}};
  session.seen.push_back({.at = {}, .hazards = {{"crack", 0.5F}}});
  const auto text = page_summary(session, {}, {});
  EXPECT_THAT(text, HasSubstr(R"("confirmed_reports":2)"));
  EXPECT_THAT(text, HasSubstr(R"("average_confidence":0.5)"));
  EXPECT_THAT(text, HasSubstr(R"({"class":"crack","confidence":0.5}],"timestamp":"1970-01-01T00:00:00.000000")"));
}

TEST(page_summary, every_time_stands_beside_itself_with_a_zone) {
  desk::PageSession session;
  session.created_at = base::WallTime(std::chrono::seconds(1));
  session.last_active = base::WallTime(std::chrono::seconds(2));
  session.seen.push_back({.at = base::WallTime(std::chrono::seconds(3)), .hazards = {}});
  const auto text = page_summary(session, {}, {});
  for (const char* part : {R"("start_time":"1970-01-01T00:00:01.000000","start_time_utc":"1970-01-01T00:00:01.000000Z")",
                           R"("created_at":"1970-01-01T00:00:01.000000","created_at_utc":"1970-01-01T00:00:01.000000Z")",
                           R"("last_activity":"1970-01-01T00:00:02.000000","last_activity_utc":"1970-01-01T00:00:02.000000Z")",
                           R"("timestamp":"1970-01-01T00:00:03.000000","timestamp_utc":"1970-01-01T00:00:03.000000Z")"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

}  // namespace
}  // namespace hazard::serve
