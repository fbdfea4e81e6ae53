// How the server starts and ends, on live sockets.
#include "serve/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <latch>
#include <string>
#include <utility>

#include "support/live_server.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(server, needs_leave_to_listen_beyond_loopback) {
  base::RealClock clock;
  pipeline::Pipeline pipeline(clock);
  session::Registry registry({}, pipeline);
  session::SinglePictureDoor door(pipeline, registry.totals());
  serve::ServerOptions options;
  options.host = "0.0.0.0";
  options.port = 0;
  const auto refused = serve::Server::start(options, {registry, door, "t", {}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("--allow-anonymous"));
  options.allow_anonymous = true;
  const auto allowed = serve::Server::start(options, {registry, door, "t", {}});
  ASSERT_TRUE(allowed);
  EXPECT_EQ(Client((*allowed)->port()).get("/stream/sessions").status, 401);
  EXPECT_EQ(Client((*allowed)->port()).get("/health").status, 200);
}

TEST(server, tells_why_the_model_is_missing_to_its_owner_and_not_to_strangers) {
  base::RealClock clock;
  pipeline::Pipeline pipeline(clock);
  session::Registry registry({}, pipeline);
  session::SinglePictureDoor door(pipeline, registry.totals());
  const auto reason = [] { return std::string("no such folder: models/secret"); };
  serve::ServerOptions options;
  options.port = 0;
  options.host = "127.0.0.1";
  const auto own = serve::Server::start(options, {registry, door, "t", reason});
  ASSERT_TRUE(own);
  EXPECT_THAT(Client((*own)->port()).get("/health/ready").body, HasSubstr("models/secret"));
  options.host = "0.0.0.0";
  options.allow_anonymous = true;
  const auto open = serve::Server::start(options, {registry, door, "t", reason});
  ASSERT_TRUE(open);
  const std::string told = Client((*open)->port()).get("/health/ready").body;
  EXPECT_THAT(told, Not(HasSubstr("secret")));
  EXPECT_THAT(told, HasSubstr("log says why"));
}

TEST(server, tells_streams_and_ends) {
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

TEST(server, a_picture_that_was_begun_is_answered) {
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
              "Content-Type: multipart/form-data; boundary=edge\r\n" + "\r\n" + body);
  begun.wait();
  live.server().drain();
  go_on.count_down();
  const auto reply = client.read_reply();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("connection"), "close");
  live.server().join();
}

TEST(server, what_will_not_end_is_cut_at_the_deadline) {
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

TEST(server, a_server_may_be_destroyed_while_a_worker_still_works) {
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
}  // namespace hazard::serve
