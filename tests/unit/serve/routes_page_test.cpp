#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/live_desk.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;

TEST(routes_page, a_session_from_start_to_summary) {
  LiveDesk live;
  const auto id = live.start_session();
  EXPECT_EQ(id.size(), 36u);
  const auto found = live.upload("/detect/" + id);
  EXPECT_EQ(found.status, 200);
  EXPECT_THAT(found.body, HasSubstr(R"("hazard_type":)"));
  const auto report = LiveDesk::text_field(found.body, "report_id");
  EXPECT_EQ(live.get("/session/" + id + "/report/" + report + "/image").headers.at("content-type"), "image/jpeg");
  EXPECT_EQ(live.get("/report/plot/" + report).status, 200);
  EXPECT_THAT(live.post("/session/" + id + "/report/" + report + "/confirm").body, HasSubstr("Report confirmed"));
  EXPECT_EQ(live.post("/session/" + id + "/end").status, 200);
  EXPECT_EQ(live.post("/session/" + id + "/end").status, 200);
  EXPECT_THAT(live.get("/session/" + id + "/summary").body, HasSubstr(R"("confirmed_reports":1)"));
  EXPECT_THAT(live.send("DELETE", "/session/" + id).body, HasSubstr(R"("reports_deleted":1)"));
  EXPECT_EQ(live.get("/session/" + id + "/summary").status, 404);
}

TEST(routes_page, checks_come_in_the_order_of_the_contract) {
  LiveDesk live;
  EXPECT_EQ(live.upload("/detect/nobody", "text", "file", "text/plain").status, 422);
  const auto unknown = live.upload("/detect/nobody", "not decodable");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_THAT(unknown.body, HasSubstr("Session nobody not found"));
  EXPECT_EQ(live.upload("/detect/" + live.start_session(), "not decodable").status, 400);
  LiveOptions options = live_options();
  options.with_model = false;
  LiveDesk loading(std::move(options));
  EXPECT_EQ(loading.upload("/detect/nobody").status, 404);
  const auto early = loading.upload("/detect/" + loading.start_session(), "not decodable");
  EXPECT_EQ(early.status, 503);
  EXPECT_THAT(early.body, HasSubstr("model not loaded"));
}

TEST(routes_page, a_report_belongs_to_the_sessions_of_its_client) {
  LiveDesk live;
  const auto report = LiveDesk::text_field(live.upload("/detect/" + live.start_session()).body, "report_id");
  const auto other = live.start_session();  // a page starts one for almost every picture
  const std::string path = "/session/" + other + "/report/" + report;
  EXPECT_EQ(live.get(path + "/image").status, 200);
  EXPECT_EQ(live.get(path + "/plot").status, 200);
  EXPECT_THAT(live.post(path + "/dismiss").body, HasSubstr("Report dismissed"));
  const auto theirs = LiveDesk::text_field(
      live.post("/session/start", "", "Content-Type: application/json\r\nUser-Agent: another\r\n").body, "session_id");
  const std::string foreign = "/session/" + theirs + "/report/" + report;
  EXPECT_EQ(live.post(foreign + "/confirm").status, 404);
  EXPECT_EQ(live.get(foreign + "/image").status, 404);
}

TEST(routes_page, a_client_may_erase_what_it_sent) {
  LiveDesk live;
  live.upload("/detect/" + live.start_session());
  EXPECT_THAT(live.send("DELETE", "/client").body, HasSubstr(R"("reports_deleted":1)"));
  EXPECT_THAT(live.get("/reports").body, HasSubstr(R"("total_count":0)"));
}

}  // namespace
}  // namespace hazard::serve
