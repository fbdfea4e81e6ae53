#include "serve/listener.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <utility>

#include "serve/server.hpp"
#include "support/live_server.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;

TEST(listener, connections_beyond_the_limit_get_503_and_room_returns) {
  LiveOptions options = live_options();
  options.server.connections_max = 2;
  LiveServer live(std::move(options));
  {
    Client first(live.port());
    Client second(live.port());
    EXPECT_EQ(first.get("/health").status, 200);
    EXPECT_EQ(second.get("/health").status, 200);
    Client third(live.port());
    const auto reply = third.read_reply();
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.headers.at("retry-after"), "5");
    EXPECT_THAT(reply.body, HasSubstr(R"("code":"overloaded","request_id":")" + reply.headers.at("x-request-id") + R"(",)"));
    EXPECT_EQ(reply.headers.at("x-request-id").size(), 8U);
    EXPECT_EQ(reply.headers.at("cache-control"), "no-store");
    EXPECT_EQ(reply.headers.at("x-content-type-options"), "nosniff");
    EXPECT_THAT(reply.body, testing::EndsWith("}"));
  }
  // The places of the two come back once the server has noticed that they left.
  int status = 0;
  for (int i = 0; i < 1000 && status != 200; ++i) status = Client(live.port()).get("/health").status;
  EXPECT_EQ(status, 200);
}

TEST(listener, a_port_in_use_is_said_in_words) {
  LiveServer live;
  base::RealClock clock;
  pipeline::Pipeline pipeline(clock);
  session::Registry registry({}, pipeline);
  session::SinglePictureDoor door(pipeline, registry.totals());
  serve::ServerOptions options;
  options.port = live.port();
  const auto refused = serve::Server::start(options, {registry, door, "t", {}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr(std::to_string(live.port())));
}

TEST(listener, goes_on_once_there_are_descriptors_again) {
  LiveServer live;
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &old), 0);
  const int lowest_free = ::dup(STDERR_FILENO);
  ::close(lowest_free);
  rlimit one_more = old;
  one_more.rlim_cur = static_cast<rlim_t>(lowest_free) + 1;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &one_more), 0);
  Client client(live.port());  // takes the last one: the server cannot accept
  client.send("GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &old), 0);
  EXPECT_EQ(client.read_reply().status, 200);
}

}  // namespace
}  // namespace hazard::serve
