#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/live_desk.hpp"

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

}  // namespace
}  // namespace hazard::serve
