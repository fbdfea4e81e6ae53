#include "serve/routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "support/live_server.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;

constexpr std::string_view kForm = "Content-Type: multipart/form-data; boundary=edge\r\n";

HttpReply upload(LiveServer& live, std::string_view path, std::string_view type, std::string_view content,
                 std::string_view name = "file", std::string_view filename = "a.jpg") {
  return Client(live.port()).post(path, multipart(name, filename, type, content), kForm);
}

TEST(routes_detect, v1_answers_with_boxes_as_arrays) {
  LiveServer live;
  const auto reply = upload(live, "/api/v1/detect", "image/jpeg", small_jpeg());
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr(R"("filename":"a.jpg")"));
  EXPECT_THAT(reply.body, HasSubstr(R"("box":[)"));
}

TEST(routes_detect, plain_answers_with_box_objects) {
  LiveServer live;
  const auto reply = upload(live, "/detect", "image/jpeg", small_jpeg());
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr(R"("success":true)"));
  EXPECT_THAT(reply.body, HasSubstr(R"("box":{)"));
}

TEST(routes_detect, answers_with_a_result_say_where_the_time_went) {
  LiveServer live;
  for (const char* path : {"/detect", "/api/v1/detect"}) {
    const auto reply = upload(live, path, "image/jpeg", small_jpeg());
    ASSERT_TRUE(reply.headers.contains("server-timing")) << path;
    EXPECT_THAT(
        reply.headers.at("server-timing"),
        testing::MatchesRegex("queue;dur=[0-9.]+, decode;dur=[0-9.]+, infer;dur=[0-9.]+, post;dur=[0-9.]+, total;dur=[0-9.]+"));
    EXPECT_FALSE(upload(live, path, "image/jpeg", "garbage").headers.contains("server-timing"));
  }
}

TEST(routes_detect, type_may_be_missing_or_unknown) {
  LiveServer live;
  EXPECT_EQ(upload(live, "/detect", "", small_jpeg()).status, 200);
  EXPECT_EQ(upload(live, "/detect", "application/octet-stream", small_jpeg()).status, 200);
  EXPECT_EQ(Client(live.port()).post("/detect", small_jpeg(), "Content-Type: image/png\r\n").status, 200);
}

TEST(routes_detect, refusals_have_the_status_and_words_of_each_route) {
  LiveServer live;
  for (const char* path : {"/detect", "/api/v1/detect"}) {
    const auto missing = upload(live, path, "image/jpeg", small_jpeg(), "picture");
    EXPECT_EQ(missing.status, 422) << path;
    EXPECT_THAT(missing.body, HasSubstr("File field required"));
    EXPECT_EQ(upload(live, path, "image/jpeg", small_jpeg(), "file", "").status, 422);
    EXPECT_EQ(Client(live.port()).post(path, "").status, 422);
    EXPECT_EQ(Client(live.port()).post(path, "{}", "Content-Type: application/json\r\n").status, 422);
  }
  const auto text = upload(live, "/detect", "text/plain", "hello");
  EXPECT_EQ(text.status, 400);
  EXPECT_THAT(text.body, HasSubstr("File must be an image"));
  EXPECT_EQ(upload(live, "/api/v1/detect", "text/plain", small_jpeg()).status, 422);
  EXPECT_EQ(upload(live, "/detect", "image/jpeg", "garbage").status, 400);
  EXPECT_EQ(upload(live, "/api/v1/detect", "image/jpeg", "garbage").status, 422);
  EXPECT_EQ(upload(live, "/detect", "image/jpeg", "").status, 400);
}

TEST(routes_detect, model_that_is_not_there_is_503_after_the_form_was_checked) {
  LiveOptions options = live_options();
  options.with_model = false;
  LiveServer live(std::move(options));
  EXPECT_EQ(upload(live, "/detect", "image/jpeg", small_jpeg(), "picture").status, 422);
  const auto reply = upload(live, "/detect", "image/jpeg", small_jpeg());
  EXPECT_EQ(reply.status, 503);
  EXPECT_THAT(reply.body, HasSubstr("model not loaded"));
}

}  // namespace
}  // namespace hazard::serve
