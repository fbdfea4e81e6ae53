#include "wire/legacy_message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/base64.hpp"
#include "wire/client_message.hpp"
#include "wire/json_reader.hpp"

namespace hazard::wire {
namespace {

using testing::HasSubstr;
using testing::Not;

domain::ModelInfo two_classes() {
  domain::ModelInfo model;
  model.name = "m";
  model.version = "1";
  model.classes = {"crack", "pothole"};
  model.input = {640, 640};
  return model;
}

domain::FrameResult one_pothole() {
  domain::FrameResult result;
  result.picture = {640, 360};
  result.detections.push_back({.detection = {.box = {10, 20, 110, 70}, .confidence = 0.75F, .class_id = 1}, .track = {}});
  return result;
}

TEST(legacy_message, every_body_is_strict_json) {
  const auto model = two_classes();
  const auto result = one_pothole();
  ServiceView service;
  service.ready = true;
  const BatchItem items[] = {{.filename = "a\"b\n.jpg", .result = result}, {.filename = "", .result = std::unexpected("no")}};
  for (const std::string& text :
       {service_status(service, &model, {}), service_status({}, nullptr, {}), model_status_object(service, &model),
        model_status_object({}, nullptr), small_health("x", service, true, {}), base64_reply(result, model, 1, 0.5),
        batch_reply(items, model, 2), predict_reply(result, model), page_reply(result, model, {.session_id = "s"})}) {
    EXPECT_TRUE(JsonDocument::parse(text)) << text;
  }
}

TEST(legacy_message, classes_are_a_list_or_a_count_as_each_route_wants) {
  const auto model = two_classes();
  EXPECT_THAT(base64_reply(one_pothole(), model, 1, 0.3), HasSubstr(R"("classes":2,)"));
  EXPECT_THAT(batch_reply({}, model, 1), HasSubstr(R"("classes":["crack","pothole"])"));
  EXPECT_THAT(page_reply(one_pothole(), model, {.session_id = "s"}), HasSubstr(R"("classes":["crack","pothole"])"));
  EXPECT_THAT(base64_reply(one_pothole(), model, 1, 0.3), HasSubstr(R"("confidence_threshold":0.3)"));
}

TEST(legacy_message, a_page_gets_its_detections_as_columns_too) {
  const auto text = page_reply(one_pothole(), two_classes(), {.session_id = "s"});
  EXPECT_THAT(text, HasSubstr(R"("boxes":[[)"));
  EXPECT_THAT(text, HasSubstr(R"("scores":[0.)"));
  EXPECT_THAT(text, HasSubstr(R"("classes":[1],"new_reports")"));
  EXPECT_THAT(page_reply({}, two_classes(), {.session_id = "s"}), HasSubstr(R"("boxes":[],"scores":[],"classes":[])"));
}

TEST(legacy_message, a_page_hears_of_new_reports_with_the_name_it_reads) {
  PageReply reply{.session_id = "s"};
  reply.report_ids = {"r1"};
  reply.fresh = {true};
  const auto text = page_reply(one_pothole(), two_classes(), reply);
  EXPECT_THAT(text, HasSubstr(R"("new_reports":[{"report_id":"r1","session_id":"s","hazard_type":"pothole")"));
  EXPECT_THAT(text, HasSubstr(R"("persistent_report_id":"r1","has_persistent_report":true)"));
  EXPECT_THAT(text, HasSubstr(R"("is_new":true,"report_id":"r1")"));
  reply.fresh = {false};
  EXPECT_THAT(page_reply(one_pothole(), two_classes(), reply), HasSubstr(R"("new_reports":[])"));
  reply.report_ids.clear();
  EXPECT_THAT(page_reply(one_pothole(), two_classes(), reply), HasSubstr(R"("is_new":false,"report_id":null)"));
}

TEST(parse_session_start, takes_nothing_and_refuses_nonsense) {
  for (const char* body : {"", "  \r\n", "{}", "null", R"({"confidence_threshold":null})"}) {
    const auto start = parse_session_start(body);
    ASSERT_TRUE(start) << body;
    EXPECT_EQ(start->confidence_threshold, 0.5);
    EXPECT_EQ(start->source, "web_app");
  }
  for (const char* body : {"{", "[]", R"({"confidence_threshold":0})", R"({"confidence_threshold":1.01})", R"({"source":1})"})
    EXPECT_FALSE(parse_session_start(body)) << body;
  EXPECT_TRUE(parse_session_start(R"({"source":")" + std::string(128, 's') + "\"}"));
  EXPECT_FALSE(parse_session_start(R"({"source":")" + std::string(129, 's') + "\"}"));
}

TEST(parse_base64_request, needs_a_picture_and_a_threshold_in_range) {
  const std::string body = R"({"image":"AAAA","confidence_threshold":0.01,"timeout_ms":30000})";
  const auto good = parse_base64_request(body);
  ASSERT_TRUE(good);
  EXPECT_EQ(good->image, "AAAA");
  EXPECT_DOUBLE_EQ(good->confidence_threshold, 0.01);
  EXPECT_EQ(parse_base64_request("{}").error().code, domain::ErrorCode::missing_image);
  EXPECT_EQ(parse_base64_request(R"({"image":7})").error().code, domain::ErrorCode::missing_image);
  EXPECT_EQ(parse_base64_request(R"({"image":"A","confidence_threshold":1.1})").error().code, domain::ErrorCode::invalid_value);
  EXPECT_EQ(parse_base64_request("{").error().code, domain::ErrorCode::invalid_json);
}

TEST(parse_base64_request, takes_a_picture_that_its_writer_escaped) {
  const auto slashes = parse_base64_request(R"({"image":"\/9j\/4AAQ"})");
  ASSERT_TRUE(slashes);
  EXPECT_EQ(slashes->image, "/9j/4AAQ");
  const auto lines = parse_base64_request(R"({"image":"data:image\/jpeg;base64,AAAA\nBBBB\r\n\u0043CCC"})");
  ASSERT_TRUE(lines);
  EXPECT_EQ(lines->image, "data:image/jpeg;base64,AAAA\nBBBB\r\nCCCC");
  const auto picture = decode_image_data(lines->image, 100);
  ASSERT_TRUE(picture);
  EXPECT_EQ(std::optional(*picture), base64_decode("AAAABBBBCCCC"));
}

TEST(parse_base64_request, a_timeout_is_milliseconds_and_no_longer_than_any_answer_may_take) {
  const auto timeout = [](std::string_view value) {
    const auto asked = parse_base64_request(R"({"image":"A","timeout_ms":)" + std::string(value) + "}");
    return asked ? asked->timeout.count() : -1;
  };
  EXPECT_EQ(parse_base64_request(R"({"image":"A"})")->timeout, kBase64TimeoutMost);
  EXPECT_EQ(timeout("null"), 30'000);
  EXPECT_EQ(timeout("1"), 1);
  EXPECT_EQ(timeout("29999.5"), 29'999);
  EXPECT_EQ(timeout("1e300"), 30'000);
  for (const std::string_view wrong : {"0", "-1", "0.5", "\"30000\"", "true", "[]"}) EXPECT_EQ(timeout(wrong), -1) << wrong;
}

TEST(location_of_pairs, takes_every_spelling_and_nothing_off_the_globe) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  for (const Pairs& pairs :
       {Pairs{{"lat", "1"}, {"lng", "2"}}, Pairs{{"lon", "2"}, {"lat", "1"}}, Pairs{{"latitude", "1"}, {"longitude", "2"}}}) {
    const auto location = location_of_pairs(pairs);
    ASSERT_TRUE(location);
    EXPECT_EQ(location->longitude, 2);
  }
  for (const Pairs& pairs : {Pairs{}, Pairs{{"lat", "1"}}, Pairs{{"lat", "91"}, {"lng", "2"}},
                             Pairs{{"lat", "nan"}, {"lng", "2"}}, Pairs{{"lat", "1x"}, {"lng", "2"}}}) {
    EXPECT_FALSE(location_of_pairs(pairs));
  }
}

}  // namespace
}  // namespace hazard::wire
