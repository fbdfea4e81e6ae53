// Single pictures, the demo drive and the end of the server, on a live socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <thread>

#include "scenario/serve_fixture.hpp"

namespace hazard::scenario {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kForm = "Content-Type: multipart/form-data; boundary=edge\r\n";

HttpReply upload(LiveServer& live, std::string_view path, std::string_view type, std::string_view content,
                 std::string_view name = "file", std::string_view filename = "a.jpg") {
  return Client(live.port()).post(path, multipart(name, filename, type, content), kForm);
}

TEST(serve_detect, v1_answers_with_boxes_as_arrays) {
  LiveServer live;
  const auto reply = upload(live, "/api/v1/detect", "image/jpeg", small_jpeg());
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr(R"("filename":"a.jpg")"));
  EXPECT_THAT(reply.body, HasSubstr(R"("box":[)"));
}

TEST(serve_detect, plain_answers_with_box_objects) {
  LiveServer live;
  const auto reply = upload(live, "/detect", "image/jpeg", small_jpeg());
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr(R"("success":true)"));
  EXPECT_THAT(reply.body, HasSubstr(R"("box":{)"));
}

TEST(serve_detect, type_may_be_missing_or_unknown) {
  LiveServer live;
  EXPECT_EQ(upload(live, "/detect", "", small_jpeg()).status, 200);
  EXPECT_EQ(upload(live, "/detect", "application/octet-stream", small_jpeg()).status, 200);
  EXPECT_EQ(Client(live.port()).post("/detect", small_jpeg(), "Content-Type: image/png\r\n").status, 200);
}

TEST(serve_detect, refusals_have_the_status_and_words_of_each_route) {
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

TEST(serve_detect, model_that_is_not_there_is_503_after_the_form_was_checked) {
  LiveOptions options = live_options();
  options.with_model = false;
  LiveServer live(std::move(options));
  EXPECT_EQ(upload(live, "/detect", "image/jpeg", small_jpeg(), "picture").status, 422);
  const auto reply = upload(live, "/detect", "image/jpeg", small_jpeg());
  EXPECT_EQ(reply.status, 503);
  EXPECT_THAT(reply.body, HasSubstr("model not loaded"));
}

TEST(serve_demo, draws_frames_and_tells_their_truth) {
  LiveServer live;
  Client client(live.port());
  const auto picture = client.get("/demo/drive.jpg?frame=3&width=128&height=72&seed=2");
  EXPECT_EQ(picture.status, 200);
  EXPECT_EQ(picture.headers.at("content-type"), "image/jpeg");
  EXPECT_THAT(picture.body, StartsWith("\xFF\xD8\xFF"));
  EXPECT_EQ(client.get("/demo/drive.jpg?frame=3&width=128&height=72&seed=2").body, picture.body);
  EXPECT_NE(client.get("/demo/drive.jpg?frame=4&width=128&height=72&seed=2").body, picture.body);
  const auto truth = client.get("/demo/drive.json?frame=3&width=128&height=72&seed=2");
  EXPECT_EQ(truth.status, 200);
  EXPECT_THAT(truth.body, HasSubstr(R"("hazards":[)"));
}

TEST(serve_demo, refuses_sizes_and_numbers_out_of_range) {
  LiveServer live;
  Client client(live.port());
  for (const char* query : {"width=63", "width=1921", "height=63", "height=1081", "frame=-1", "frame=x", "seed=1e3", "frame="}) {
    const auto reply = client.get("/demo/drive.jpg?" + std::string(query));
    EXPECT_EQ(reply.status, 422) << query;
  }
}

TEST(serve_drain, tells_streams_and_ends) {
  LiveServer live;
  Client socket(live.port());
  ASSERT_EQ(socket.upgrade().status, 101);
  socket.read_message();
  Client(live.port()).post("/stream/sessions?session_id=mine", "{}");
  Client reader(live.port());
  reader.get("/stream/events/mine");
  reader.read_event();
  Client idle(live.port());
  EXPECT_EQ(idle.get("/health").status, 200);

  live.server().drain();
  const auto goodbye = socket.read_message();
  EXPECT_THAT(goodbye.payload, HasSubstr(R"("type":"session_closing")"));
  EXPECT_THAT(goodbye.payload, HasSubstr(R"("reconnect":true)"));
  EXPECT_EQ(socket.read_message().close_code, 1012);
  socket.send_frame(8, "\x03\xF4");
  EXPECT_TRUE(socket.at_end());
  const std::string event = reader.read_event();
  EXPECT_THAT(event, StartsWith("retry: "));
  EXPECT_THAT(event, HasSubstr("session_closing"));
  EXPECT_TRUE(idle.at_end());
  live.server().join();
}

TEST(serve_drain, a_picture_that_was_begun_is_answered) {
  std::latch begun(1);
  std::latch go_on(1);
  LiveOptions options = live_options();
  options.script.on_infer = [&]() -> domain::Result<void> {
    begun.count_down();
    go_on.wait();
    return {};
  };
  LiveServer live(std::move(options));
  Client client(live.port());
  const std::string body = multipart("file", "a.jpg", "image/jpeg", small_jpeg());
  client.send("POST /detect HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
              std::string(kForm) + "\r\n" + body);
  begun.wait();
  live.server().drain();
  go_on.count_down();
  const auto reply = client.read_reply();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("connection"), "close");
  live.server().join();
}

TEST(serve_drain, what_will_not_end_is_cut_at_the_deadline) {
  LiveOptions options = live_options();
  options.server.drain_deadline = std::chrono::milliseconds(300);
  LiveServer live(std::move(options));
  Client socket(live.port());
  ASSERT_EQ(socket.upgrade().status, 101);
  live.server().drain();
  live.server().join();  // the client never answers the close frame
  live.server().drain();
  live.server().join();
}

TEST(serve_drain, a_server_may_be_destroyed_while_a_worker_still_works) {
  std::latch begun(1);
  std::latch go_on(1);
  LiveOptions options = live_options();
  options.server.drain_deadline = std::chrono::milliseconds(100);
  options.script.on_infer = [&]() -> domain::Result<void> {
    begun.count_down();
    go_on.wait();
    return {};
  };
  LiveServer live(std::move(options));
  Client client(live.port());
  ASSERT_EQ(client.upgrade().status, 101);
  client.read_message();
  client.send_text(frame_message("a"));
  begun.wait();
  live.server().drain();
  live.server().join();
  go_on.count_down();
}

}  // namespace
}  // namespace hazard::scenario
