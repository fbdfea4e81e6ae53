#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "base/ids.hpp"
#include "support/live_desk.hpp"
#include "wire/legacy_message.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;

TEST(routes_hazards, lists_and_exports_agree) {
  LiveDesk live;
  EXPECT_THAT(live.get("/reports.geojson").body, HasSubstr(R"("features":[])"));
  const auto form = multipart("file", "a.jpg", "image/jpeg", small_jpeg());
  const auto placed = live.post("/detect/" + live.start_session(), form, std::string(kForm) + "X-Location: 48.1234567,11.5\r\n");
  EXPECT_THAT(live.get("/hazards/" + LiveDesk::text_field(placed.body, "report_id")).body, HasSubstr(R"("latitude":48.12)"));
  EXPECT_THAT(live.get("/hazards").body, HasSubstr(R"("total_count":1)"));
  EXPECT_THAT(live.get("/reports.geojson").headers.at("content-type"), HasSubstr("geo+json"));
  EXPECT_EQ(live.get("/reports.csv").status, 200);
  EXPECT_EQ(live.get("/reports.kml").status, 200);
  EXPECT_EQ(live.get("/reports.gpx").status, 200);
  EXPECT_EQ(live.get("/coverage.geojson").status, 200);
  EXPECT_EQ(live.get("/reports.csv?state=gone").status, 400);
  EXPECT_EQ(live.get("/hazards?page=0").status, 400);
}

TEST(routes_hazards, one_says_what_it_may_become) {
  LiveDesk live;
  const auto path = "/hazards/" + LiveDesk::text_field(live.upload("/detect/" + live.start_session()).body, "report_id");
  EXPECT_THAT(live.get(path).body, HasSubstr(R"("next_states":["confirmed","dismissed","fixed","archived"])"));
  ASSERT_EQ(live.send("PATCH", path, R"({"state":"archived"})", "If-Match: *\r\n").status, 200);
  EXPECT_THAT(live.get(path).body, HasSubstr(R"("next_states":["reopened"])"));
}

TEST(routes_hazards, an_export_holds_at_most_as_many_as_asked_for_in_the_order_asked_for) {
  LiveDesk live;
  const auto found_by = [&live](const std::string& agent) {
    const auto form = multipart("file", "a.jpg", "image/jpeg", small_jpeg());
    const auto lines = std::string(kForm) + "User-Agent: " + agent + "\r\n";
    return LiveDesk::text_field(live.post("/detect/" + live.start_session(), form, lines).body, "report_id");
  };
  const auto first = found_by("one");
  const auto second = found_by("two");
  const auto both = live.get("/reports.csv?most=2&sort_by=first_seen&sort_order=asc").body;
  EXPECT_THAT(both, HasSubstr(first));
  EXPECT_THAT(both, HasSubstr(second));
  const auto oldest = live.get("/reports.csv?most=1&sort_by=first_seen&sort_order=asc").body;
  EXPECT_THAT(oldest, HasSubstr(first));
  EXPECT_THAT(oldest, Not(HasSubstr(second)));
  EXPECT_THAT(live.get("/reports.csv?most=1&sort_by=first_seen&sort_order=desc").body, HasSubstr(second));
  EXPECT_EQ(live.get("/reports.csv?most=100000").status, 200);
  EXPECT_EQ(live.get("/reports.csv?most=").status, 200);
  for (const std::string_view wrong : {"0", "100001", "-1", "1x", "99999999999999999999"})
    EXPECT_EQ(live.get("/reports.csv?most=" + std::string(wrong)).status, 400) << wrong;
}

// A line for each of these days of 2020, driven at noon; `copies` of each.
void keep_lines(LiveDesk& live, std::initializer_list<std::string_view> days, int copies = 1) {
  desk::Drive drive;
  drive.id = base::make_uuid();
  drive.source = "import";
  for (const std::string_view day : days) {
    const auto from = wire::parse_iso_time("2020-" + std::string(day) + "T12:00:00Z").value();
    for (int i = 0; i < copies; ++i) {
      drive.lines.push_back({drive.id, drive.id, from, from + std::chrono::minutes(1), 9, 0, {{48.0, 11.0}, {48.01, 11.0}}});
    }
  }
  std::promise<bool> kept;
  live.desk().take_drive(std::move(drive), [&kept](const auto& answer) { kept.set_value(answer.has_value()); });
  ASSERT_TRUE(kept.get_future().get());
}

std::vector<std::string> days_of(const std::string& body) {
  std::vector<std::string> days;
  const std::string key = R"("from":"2020-)";
  for (auto at = body.find(key); at != std::string::npos; at = body.find(key, at + 1)) {
    days.push_back(body.substr(at + key.size(), 5));
  }
  return days;
}

TEST(routes_hazards, coverage_gives_the_newest_lines_and_says_where_the_older_ones_begin) {
  LiveDesk live;
  keep_lines(live, {"01-01", "01-02", "03-05", "03-06", "03-07"});
  const auto all = live.get("/coverage.geojson");
  EXPECT_THAT(all.headers.at("content-type"), HasSubstr("geo+json"));
  EXPECT_THAT(days_of(all.body), testing::ElementsAre("01-01", "01-02", "03-05", "03-06", "03-07"));
  EXPECT_THAT(all.body, Not(HasSubstr("truncated")));
  EXPECT_EQ(days_of(live.get("/coverage.geojson?most=5").body).size(), 5U);
  const auto newest = live.get("/coverage.geojson?most=2").body;
  EXPECT_THAT(days_of(newest), testing::ElementsAre("03-06", "03-07"));
  EXPECT_THAT(newest, HasSubstr(R"("truncated":true,"next_date_to":"2020-03-05T12:00:00.000Z")"));
  const auto next = "/coverage.geojson?most=2&date_to=" + LiveDesk::text_field(newest, "next_date_to");
  EXPECT_THAT(days_of(live.get(next).body), testing::ElementsAre("01-02", "03-05"));
  EXPECT_THAT(days_of(live.get("/coverage.geojson?date_from=2020-01-02&date_to=2020-03-05").body),
              testing::ElementsAre("01-02", "03-05"));
  EXPECT_THAT(days_of(live.get("/coverage.geojson?date_from=2020-03-05&date_to=2020-01-02").body), testing::IsEmpty());
}

TEST(routes_hazards, coverage_of_one_answer_has_a_limit) {
  LiveDesk live;
  keep_lines(live, {"02-01"}, 10'001);
  const auto most = live.get("/coverage.geojson");
  EXPECT_EQ(days_of(most.body).size(), 10'000U);
  EXPECT_THAT(most.body, HasSubstr(R"("truncated":true)"));
  for (const std::string_view wrong : {"0", "10001", "-1", "x"})
    EXPECT_EQ(live.get("/coverage.geojson?most=" + std::string(wrong)).status, 400) << wrong;
}

}  // namespace
}  // namespace hazard::serve
