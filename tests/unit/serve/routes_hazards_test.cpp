#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/live_desk.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;

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

}  // namespace
}  // namespace hazard::serve
