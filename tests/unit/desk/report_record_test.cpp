#include "desk/report_record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hazard::desk {
namespace {

using testing::HasSubstr;

domain::Result<ReportDraft> draft_of(std::string_view json) {
  ReportDraft draft;
  const auto document = wire::JsonDocument::parse(json);
  EXPECT_TRUE(document.has_value()) << json;
  if (auto read = read_draft(*document, document->root(), draft); !read) return std::unexpected(read.error());
  return draft;
}

TEST(read_draft, takes_the_bodies_of_both_generations) {
  const auto original = draft_of(
      R"({"detection":{"class_id":1,"class_name":"pothole","confidence":0.8,"bbox":[1,2,30,40]},"severity":"high","tags":["a"]})");
  ASSERT_TRUE(original);
  EXPECT_EQ(original->class_name, "pothole");
  EXPECT_EQ(original->class_id, 1);
  ASSERT_TRUE(original->box);
  EXPECT_FLOAT_EQ(original->box->y2, 40);
  const auto page = draft_of(
      R"({"session_id":"s","title":"t","hazard_types":["crack"],"location":{"lat":1.5,"lng":2.5},"metadata":{"source":"web"}})");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->class_name, "crack");
  EXPECT_EQ(page->source, "web");
  ASSERT_TRUE(page->location);
  EXPECT_DOUBLE_EQ(page->location->longitude, 2.5);
}

TEST(read_draft, places_come_in_every_spelling) {
  for (const char* place : {R"({"lat":1,"lng":2})", R"({"lat":1,"lon":2})", R"({"latitude":1,"longitude":2})",
                            R"({"type":"Point","coordinates":[2,1]})", R"({"coordinates":[2,1,30]})"}) {
    const auto draft = draft_of(std::string(R"({"location":)") + place + "}");
    ASSERT_TRUE(draft) << place;
    ASSERT_TRUE(draft->location) << place;
    EXPECT_EQ(draft->location->latitude, 1) << place;
    EXPECT_EQ(draft->location->longitude, 2) << place;
  }
  for (const char* wrong : {R"({"coordinates":[2,91]})", R"({"coordinates":[2]})", R"({"type":"Polygon","coordinates":[2,1]})"})
    EXPECT_FALSE(draft_of(std::string(R"({"location":)") + wrong + "}")) << wrong;
  EXPECT_FALSE(draft_of(R"({"location":{"lat":91,"lng":2}})"));
}

TEST(read_draft, takes_the_clients_time_in_milliseconds) {
  EXPECT_EQ(draft_of(R"({"ts":1700000000123})")->created_ms, 1700000000123);
  for (const char* body : {R"({})", R"({"ts":null})", R"({"ts":"1700000000123"})", R"({"ts":1e300})"})
    EXPECT_FALSE(draft_of(body)->created_ms) << body;
}

TEST(read_draft, refuses_wrong_types_and_words_out_of_their_lists) {
  for (const char* body :
       {R"({"severity":"terrible"})", R"({"status":"gone"})", R"({"description":7})", R"({"tags":"a"})", R"({"tags":[1]})",
        R"({"detection":[]})", R"({"detection":{"confidence":1.5}})", R"({"detection":{"bbox":[1,2,3]}})", R"([])"}) {
    EXPECT_FALSE(draft_of(body)) << body;
  }
}

TEST(read_draft, long_texts_are_refused_beyond_the_limit_only) {
  const std::string fits = R"({"description":")" + std::string(kTextBytesMost, 'x') + R"("})";
  const std::string over = R"({"description":")" + std::string(kTextBytesMost + 1, 'x') + R"("})";
  EXPECT_TRUE(draft_of(fits));
  EXPECT_FALSE(draft_of(over));
}

TEST(report_body, reads_back_what_was_written) {
  ReportBody body{.box = domain::PixelBox{1, 2, 3, 4},
                  .address = "A street",
                  .description = "quotes \" and \n lines",
                  .tags = {"one", "two"},
                  .image = ReportImage{.size = {10, 20}, .bytes = 30, .left = 4, .top = 5},
                  .metadata = R"({"device_info":"d"})",
                  .model_version = "m",
                  .title = "t",
                  .apart_from = "fixed",
                  .severity_assumed = true};
  const auto back = from_record(store::ReportRecord{.id = "x", .body = to_body(body)}).body;
  EXPECT_EQ(back.box, body.box);
  EXPECT_EQ(back.description, body.description);
  EXPECT_EQ(back.tags, body.tags);
  ASSERT_TRUE(back.image);
  EXPECT_EQ(back.image->left, 4);
  EXPECT_EQ(back.image->size.height, 20);
  EXPECT_EQ(back.metadata, body.metadata);
  EXPECT_EQ(back.apart_from, "fixed");
  EXPECT_TRUE(back.severity_assumed);
}

TEST(report_object, has_every_field_of_the_contract_and_says_what_severity_rests_on) {
  Report report;
  report.record.id = "id";
  report.record.class_name = "pothole";
  report.record.confidence = 0.86F;
  const std::string text = report_object(report);
  for (const char* key : {"\"detection\"", "\"location\":null", "\"image\":null", "\"description\":null", "\"tags\":[]",
                          "\"metadata\"", "\"created_at\"", "\"updated_at\"", "\"confirmed_at\":null"}) {
    EXPECT_THAT(text, HasSubstr(key));
  }
  EXPECT_THAT(text, HasSubstr(R"("severity":"critical","severity_basis":"model score only)"));
  report.record.severity = "low";
  EXPECT_THAT(report_object(report), HasSubstr(R"("severity":"low","severity_basis":"given by a person")"));
  report.body.severity_assumed = true;
  EXPECT_THAT(report_object(report), HasSubstr(R"("severity":"low","severity_basis":"default, nobody gave one")"));
}

TEST(report_object, every_time_stands_beside_itself_with_a_zone) {
  Report report;
  report.record.created_at = base::WallTime(std::chrono::seconds(1));
  report.record.updated_at = base::WallTime(std::chrono::seconds(2));
  EXPECT_THAT(report_object(report), HasSubstr(R"("confirmed_at":null,"confirmed_at_utc":null})"));
  report.record.confirmed_at = base::WallTime(std::chrono::seconds(3));
  const std::string text = report_object(report);
  for (const char* part : {R"("created_at":"1970-01-01T00:00:01.000000")", R"("created_at_utc":"1970-01-01T00:00:01.000000Z")",
                           R"("updated_at_utc":"1970-01-01T00:00:02.000000Z")", R"("confirmed_at":"1970-01-01T00:00:03.000000")",
                           R"("confirmed_at_utc":"1970-01-01T00:00:03.000000Z")"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(severity_from_score, follows_the_original_at_its_limits) {
  EXPECT_EQ(severity_from_score("pothole", 0.85F), "critical");
  EXPECT_EQ(severity_from_score("pothole", 0.84F), "high");
  EXPECT_EQ(severity_from_score("pothole", 0.69F), "medium");
  EXPECT_EQ(severity_from_score("crack", 0.9F), "high");
  EXPECT_EQ(severity_from_score("crack", 0.7F), "medium");
  EXPECT_EQ(severity_from_score("crack", 0.69F), "low");
  EXPECT_EQ(severity_from_score("knocked", 1), "low");
}

}  // namespace
}  // namespace hazard::desk
