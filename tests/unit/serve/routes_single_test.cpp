#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <utility>

#include "support/live_server.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;

TEST(routes_single, base64_answers_the_same_list_twice) {
  LiveServer live;
  const auto reply =
      Client(live.port()).post("/detect-base64", R"({"image":"data:image/jpeg;base64,)" + base64_of(small_jpeg()) + "\"}");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr(R"("predictions":[{"x1":4)"));
  EXPECT_EQ(Client(live.port()).post("/detect-base64", R"({"image":"%"})").status, 400);
  EXPECT_EQ(Client(live.port()).post("/detect-base64", "{}").status, 422);
}

TEST(routes_single, base64_is_504_once_the_time_the_client_gives_is_over) {
  std::latch go_on(1);
  LiveOptions options = live_options();
  options.script.on_infer = [&, first = true]() mutable -> domain::Result<void> {
    if (std::exchange(first, false)) go_on.wait();
    return {};
  };
  LiveServer live(std::move(options));
  const auto ask = [&live](std::string_view more) {
    return Client(live.port()).post("/detect-base64", R"({"image":")" + base64_of(small_jpeg()) + "\"" + std::string(more) + "}");
  };
  const auto late = ask(R"(,"timeout_ms":1)");
  EXPECT_EQ(late.status, 504);
  EXPECT_THAT(late.body, HasSubstr(R"("code":"inference_timeout")"));
  go_on.count_down();
  EXPECT_EQ(ask(R"(,"timeout_ms":20000)").status, 200);
  EXPECT_EQ(ask("").status, 200);
  EXPECT_EQ(ask(R"(,"timeout_ms":0)").status, 422);
}

TEST(routes_single, a_bad_file_leaves_the_batch_alone) {
  LiveServer live;
  auto body = multipart("files", "a.jpg", "image/jpeg", small_jpeg());
  body.resize(body.size() - std::string_view("--edge--\r\n").size());
  body += multipart("files", "b.txt", "text/plain", "text");
  const auto reply = Client(live.port()).post("/detect-batch", body, "Content-Type: multipart/form-data; boundary=edge\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr(R"("processed_count":2,"successful_count":1)"));
  EXPECT_THAT(reply.body, HasSubstr(R"("error":"File must be an image")"));
}

TEST(routes_single, predict_wants_its_own_part_and_refuses_with_400) {
  LiveServer live;
  constexpr std::string_view kForm = "Content-Type: multipart/form-data; boundary=edge\r\n";
  const auto post = [&](std::string_view name, std::string_view type, std::string_view content) {
    return Client(live.port()).post("/predict", multipart(name, "a.jpg", type, content), kForm);
  };
  EXPECT_THAT(post("image", "image/jpeg", small_jpeg()).body, HasSubstr(R"("image_width":64,"image_height":48)"));
  EXPECT_EQ(post("file", "image/jpeg", small_jpeg()).status, 422);
  EXPECT_EQ(post("image", "text/plain", "text").status, 400);
  EXPECT_EQ(post("image", "image/jpeg", "garbage").status, 400);
}

}  // namespace
}  // namespace hazard::serve
