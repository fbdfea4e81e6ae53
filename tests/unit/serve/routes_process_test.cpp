#include "serve/routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/live_server.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;

TEST(routes_process, takes_raw_pictures_and_forms) {
  LiveServer live;
  open_session(live);
  Client client(live.port());
  const auto raw =
      client.post("/stream/process/mine?wait=20000", small_jpeg(),
                  "Content-Type: image/jpeg\r\nX-Frame-Id: f1\r\nX-Capture-Time: 1700000000.25\r\nX-Location: 52.5,13.4\r\n");
  EXPECT_EQ(raw.status, 200);
  EXPECT_THAT(raw.body, HasSubstr(R"("frame_id":"f1")"));
  EXPECT_THAT(raw.body, HasSubstr("1700000000.25"));
  const auto form = client.post("/stream/process/mine?wait=20000", multipart("file", "a.jpg", "image/jpeg", small_jpeg()),
                                "Content-Type: multipart/form-data; boundary=edge\r\n");
  EXPECT_EQ(form.status, 200);
  EXPECT_THAT(form.body, HasSubstr(R"("type":"detection_result")"));
}

TEST(routes_process, a_verdict_that_was_waited_for_says_where_the_time_went) {
  LiveServer live;
  open_session(live);
  Client client(live.port());
  const auto header_of = [&client](std::string_view query, std::string_view picture) {
    const auto reply =
        client.post("/stream/process/mine" + std::string(query), picture, "Content-Type: image/jpeg\r\nX-Frame-Id: f\r\n");
    EXPECT_EQ(reply.status, 200);
    EXPECT_FALSE(reply.body.empty());
    const auto found = reply.headers.find("server-timing");
    return found == reply.headers.end() ? "" : found->second;
  };
  EXPECT_THAT(header_of("?wait=20000", small_jpeg()), HasSubstr("infer;dur="));
  EXPECT_EQ(header_of("?wait=20000", "\xFF\xD8\xFF garbage"), "");
  EXPECT_EQ(header_of("", small_jpeg()), "");
}

TEST(routes_process, refuses_with_the_status_of_the_mistake_and_counts_the_frame) {
  LiveServer live;
  open_session(live);
  Client client(live.port());
  const auto status = [&client](std::string_view body, std::string_view lines = {}) {
    return client.post("/stream/process/mine", body, lines).status;
  };
  EXPECT_EQ(status(R"({"image_data":""})"), 422);
  EXPECT_EQ(status(R"({"image_data":"*"})"), 400);
  EXPECT_EQ(status("nonsense"), 422);
  EXPECT_EQ(status(small_jpeg(), "Content-Type: image/jpeg\r\nX-Capture-Time: soon\r\n"), 422);
  EXPECT_EQ(status(small_jpeg(), "Content-Type: image/jpeg\r\nX-Location: north\r\n"), 422);
  EXPECT_EQ(client.post("/stream/process/mine?wait=x", process_body("a")).status, 422);
  EXPECT_EQ(client.post("/stream/process/mine?wait=25001", process_body("a")).status, 422);
  const auto counters = live.registry().find("mine")->counters();
  EXPECT_EQ(counters.received, counters.total_errors());
  EXPECT_EQ(counters.in_flight, 0U);
  EXPECT_GE(counters.received, 4U);
}

TEST(routes_process, the_bytes_say_what_came_when_the_type_says_nothing) {
  LiveServer live;
  open_session(live);
  Client client(live.port());
  for (const std::string_view type :
       {"", "Content-Type: application/octet-stream\r\n", "Content-Type: application/x-www-form-urlencoded\r\n"}) {
    const auto picture = client.post("/stream/process/mine?wait=20000", small_jpeg(), std::string(type) + "X-Frame-Id: raw\r\n");
    EXPECT_EQ(picture.status, 200) << type;
    EXPECT_THAT(picture.body, HasSubstr(R"("type":"detection_result")")) << type;
    EXPECT_THAT(picture.body, HasSubstr(R"("frame_id":"raw")")) << type;
    EXPECT_EQ(client.post("/stream/process/mine?wait=20000", process_body("a"), type).status, 200) << type;
    EXPECT_EQ(client.post("/stream/process/mine", "nonsense", type).status, 422) << type;
  }
  for (const std::string_view type : {"text/plain;charset=UTF-8", "APPLICATION/JSON", "application/problem+json"}) {
    const auto lines = "Content-Type: " + std::string(type) + "\r\n";
    EXPECT_EQ(client.post("/stream/process/mine?wait=20000", process_body("a"), lines).status, 200) << type;
    EXPECT_EQ(client.post("/stream/process/mine", small_jpeg(), lines).status, 422) << type;
  }
}

TEST(routes_process, a_foreign_type_is_415_and_the_frame_is_counted) {
  LiveServer live;
  open_session(live);
  Client client(live.port());
  std::uint64_t sent = 0;
  for (const std::string_view type : {"video/mp4", "application/pdf", "multipart/mixed; boundary=e", "nonsense"}) {
    const auto reply = client.post("/stream/process/mine", small_jpeg(), "Content-Type: " + std::string(type) + "\r\n");
    EXPECT_EQ(reply.status, 415) << type;
    EXPECT_THAT(reply.body, HasSubstr(R"("code":"unsupported_media_type")")) << type;
    EXPECT_EQ(live.registry().find("mine")->counters().received, ++sent) << type;
  }
  EXPECT_EQ(live.registry().find("mine")->counters().total_errors(), sent);
}

TEST(routes_process, a_frame_with_a_wait_that_is_no_number_is_counted_and_ends_as_an_error) {
  LiveServer live;
  open_session(live);
  Client client(live.port());
  for (const std::string_view wait : {"x", "25001", "-1"}) {
    const auto reply = client.post("/stream/process/mine?wait=" + std::string(wait), process_body("a"));
    EXPECT_EQ(reply.status, 422) << wait;
    EXPECT_THAT(reply.body, HasSubstr("wait")) << wait;
  }
  const auto counters = live.registry().find("mine")->counters();
  EXPECT_EQ(counters.received, 3U);
  EXPECT_EQ(counters.total_errors(), 3U);
  EXPECT_EQ(counters.in_flight, 0U);
}

TEST(routes_process, undecodable_picture_is_200_with_its_error_when_waited_for) {
  LiveServer live;
  open_session(live);
  const auto reply =
      Client(live.port()).post("/stream/process/mine?wait=20000", "\xFF\xD8\xFF garbage", "Content-Type: image/jpeg\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr(R"("type":"error")"));
}

}  // namespace
}  // namespace hazard::serve
