#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/live_desk.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;

TEST(routes_reports, a_report_from_made_to_deleted) {
  LiveDesk live;
  const auto made = live.post("/reports", R"({"detection":{"class_name":"pothole","confidence":0.8}})");
  EXPECT_EQ(made.status, 200);
  const auto path = "/reports/" + LiveDesk::text_field(made.body, "id");
  EXPECT_EQ(live.get(path).body, made.body);
  EXPECT_THAT(live.post(path + "/confirm", R"({"notes":"yes"})").body, HasSubstr(R"("status":"confirmed")"));
  EXPECT_THAT(live.post(path + "/dismiss", R"({"reason":"no"})").body, HasSubstr("Dismissed: no"));
  EXPECT_THAT(live.send("PATCH", path, R"({"severity":"low"})").body, HasSubstr(R"("severity":"low")"));
  EXPECT_THAT(live.get("/reports?status=dismissed").body, HasSubstr(R"("total_count":1)"));
  EXPECT_THAT(live.get("/reports/stats").body, HasSubstr(R"("dismissed_reports":1)"));
  EXPECT_EQ(live.send("DELETE", path).status, 200);
  EXPECT_EQ(live.get(path).status, 404);
}

TEST(routes_reports, severity_is_the_contracts_default_until_somebody_gives_one_and_is_counted_as_shown) {
  LiveDesk live;
  const auto made = live.post("/reports", R"({"detection":{"class_name":"pothole","confidence":0.9}})");
  EXPECT_THAT(made.body, HasSubstr(R"("severity":"medium","severity_basis":"default, nobody gave one")"));
  EXPECT_THAT(live.post("/reports/create", R"({"title":"t"})").body, HasSubstr(R"("severity":"medium")"));
  EXPECT_THAT(live.post("/reports", R"({"title":"t","severity":"low"})").body, HasSubstr("given by a person"));
  EXPECT_THAT(live.upload("/detect/" + live.start_session()).body, HasSubstr("report_id"));  // a sure one, of no person
  const auto stats = live.get("/reports/stats").body;
  EXPECT_THAT(stats, HasSubstr(R"("low":1)"));
  EXPECT_THAT(stats, HasSubstr(R"("medium":2)"));
  EXPECT_THAT(stats, HasSubstr(R"("total_reports":4)"));
  const auto path = "/reports/" + LiveDesk::text_field(made.body, "id");
  EXPECT_THAT(live.send("PATCH", path, R"({"severity":"medium"})").body, HasSubstr("given by a person"));
}

TEST(routes_reports, refusals) {
  LiveDesk live;
  EXPECT_EQ(live.post("/reports", "{").status, 422);
  EXPECT_EQ(live.post("/reports", "{}").status, 422);
  EXPECT_EQ(live.post("/reports", R"({"detection":{"class_name":"x"},"image_data":"%%"})").status, 400);
  EXPECT_EQ(live.get("/reports?status=gone").status, 400);
  EXPECT_EQ(live.post("/reports/nobody/confirm", R"({"notes":7})").status, 422);
  const auto unknown = live.post("/reports/nobody/confirm");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_THAT(unknown.body, HasSubstr("Report nobody not found"));
}

}  // namespace
}  // namespace hazard::serve
