#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/live_desk.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;

TEST(routes_review, review_needs_the_version_that_was_read) {
  LiveDesk live;
  const auto id = LiveDesk::text_field(live.upload("/detect/" + live.start_session()).body, "report_id");
  const auto path = "/hazards/" + id;
  const auto read = live.get(path);
  ASSERT_EQ(read.status, 200);
  const auto tag = "If-Match: " + read.headers.at("etag") + "\r\n";
  constexpr std::string_view kConfirm = R"({"state":"confirmed"})";
  const auto blind = live.send("PATCH", path, kConfirm);
  EXPECT_EQ(blind.status, 428);
  EXPECT_THAT(blind.body, HasSubstr("version_required"));
  EXPECT_EQ(live.send("PATCH", path, kConfirm, "If-Match: nonsense\r\n").status, 400);
  EXPECT_EQ(live.send("PATCH", path, kConfirm, tag).status, 200);
  const auto late = live.send("PATCH", path, R"({"state":"fixed"})", tag);
  EXPECT_EQ(late.status, 412);
  EXPECT_THAT(late.body, HasSubstr("version_mismatch"));
  const auto stuck = live.send("PATCH", path, R"({"state":"reopened"})", "If-Match: *\r\n");
  EXPECT_EQ(stuck.status, 409);
  EXPECT_THAT(stuck.body, HasSubstr("state_conflict"));
  EXPECT_NE(late.headers.at("etag"), read.headers.at("etag"));
  EXPECT_EQ(live.send("PATCH", path, R"({"note":"n"})", "If-Match: *\r\n").status, 200);
  EXPECT_EQ(live.send("PATCH", path, "{}", "If-Match: *\r\n").status, 422);
  EXPECT_EQ(live.send("PATCH", path, R"({"merge":["x"]})", "If-Match: *\r\n").status, 422);
  EXPECT_EQ(live.send("PATCH", "/hazards/nobody", kConfirm, "If-Match: *\r\n").status, 404);
}

constexpr std::string_view kNobody = "0f8fad5b-d9cb-469f-a165-70867728950e";

std::string found_by(LiveDesk& live, const std::string& agent) {
  const auto form = multipart("file", "a.jpg", "image/jpeg", small_jpeg());
  const auto lines = std::string(kForm) + "User-Agent: " + agent + "\r\n";
  return LiveDesk::text_field(live.post("/detect/" + live.start_session(), form, lines).body, "report_id");
}

TEST(routes_review, many_are_changed_at_once_and_each_says_how_it_went) {
  LiveDesk live;
  const auto a = found_by(live, "one");
  const auto b = found_by(live, "two");
  const auto body =
      R"({"ids":[")" + a + R"(",{"id":")" + b + R"(","version":99},")" + std::string(kNobody) + R"("],"state":"confirmed"})";
  const auto reply = live.post("/hazards/review", body);
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_THAT(reply.body, HasSubstr(R"("total":3,"changed":1,"unchanged":0,"refused":2)"));
  EXPECT_THAT(reply.body, HasSubstr(R"("code":"version_mismatch")"));
  EXPECT_THAT(reply.body, HasSubstr(R"("code":"not_found")"));
  EXPECT_THAT(live.get("/hazards?state=confirmed").body, HasSubstr(R"("total_count":1)"));
  EXPECT_THAT(live.get("/reports?status=confirmed").body, HasSubstr(a));
}

TEST(routes_review, a_filter_chooses_as_in_the_list) {
  LiveDesk live;
  found_by(live, "one");
  found_by(live, "two");
  const auto reply =
      live.post("/hazards/review", R"({"filter":{"state":"pending","min_confidence":0.1},"state":"dismissed","reason":"seams"})");
  EXPECT_THAT(reply.body, HasSubstr(R"("changed":2)"));
  EXPECT_THAT(live.get("/hazards?state=pending").body, HasSubstr(R"("total_count":0)"));
}

TEST(routes_review, wrong_bodies_change_nothing) {
  LiveDesk live;
  const auto id = found_by(live, "one");
  const std::string one = R"("ids":[")" + id + "\"]";
  for (const std::string& body :
       {std::string("{}"), "{" + one + "}", "{" + one + R"(,"state":"merged"})", "{" + one + R"(,"state":7})",
        "{" + one + R"(,"filter":{"state":"pending"},"state":"confirmed"})", std::string(R"({"ids":[],"state":"confirmed"})"),
        std::string(R"({"ids":["x"],"state":"confirmed"})"), R"({"ids":[")" + id + R"(",")" + id + R"("],"state":"confirmed"})",
        R"({"ids":[{"id":")" + id + R"(","version":1.5}],"state":"confirmed"})",
        std::string(R"({"filter":{},"state":"confirmed"})"), std::string(R"({"filter":{"page":"1"},"state":"confirmed"})"),
        std::string(R"({"filter":{"state":"gone"},"state":"confirmed"})"),
        std::string(R"({"filter":{"state":["pending"]},"state":"confirmed"})"), "{" + one + R"(,"state":"confirmed","reason":5})",
        std::string("[]"), std::string("{")})
    EXPECT_EQ(live.post("/hazards/review", body).status, 422) << body;
  EXPECT_THAT(live.get("/hazards?state=pending").body, HasSubstr(R"("total_count":1)"));
}

TEST(routes_review, a_thousand_ids_fit_and_one_more_does_not) {
  LiveDesk live;
  std::string ids;
  for (int i = 0; i < 1001; ++i) {
    if (i == 1000) {
      EXPECT_THAT(live.post("/hazards/review", R"({"state":"confirmed","ids":[)" + ids + "]}").body,
                  HasSubstr(R"("refused":1000)"));
    }
    const auto number = std::to_string(100000000000 + i);
    ids += (i == 0 ? "\"" : ",\"") + std::string("0f8fad5b-d9cb-469f-a165-") + number + "\"";
  }
  EXPECT_EQ(live.post("/hazards/review", R"({"state":"confirmed","ids":[)" + ids + "]}").status, 422);
}

}  // namespace
}  // namespace hazard::serve
