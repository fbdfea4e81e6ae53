// Refusals before the upgrade, on a live socket.
#include "serve/routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/live_server.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::StartsWith;

struct BadQuery {
  const char* query;
  int status;
  const char* names;
};
void PrintTo(const BadQuery& bad, std::ostream* out) { *out << bad.query; }

class RefusedHandshake : public testing::TestWithParam<BadQuery> {};

TEST_P(RefusedHandshake, is_answered_in_json_before_the_upgrade) {
  LiveServer live;
  Client client(live.port());
  const auto reply = client.upgrade(GetParam().query);
  EXPECT_EQ(reply.status, GetParam().status) << reply.body;
  EXPECT_THAT(reply.body, StartsWith("{\"detail\":\""));
  EXPECT_THAT(reply.body, HasSubstr(GetParam().names));
  EXPECT_TRUE(live.registry().all().empty());
  EXPECT_EQ(client.get("/api/v1/health").status, 200);  // the connection lives
}

INSTANTIATE_TEST_SUITE_P(
    routes_websocket, RefusedHandshake,
    testing::Values(BadQuery{"?fps_limit=0", 422, "fps_limit"}, BadQuery{"?fps_limit=31", 422, "fps_limit"},
                    BadQuery{"?fps_limit=x", 422, "fps_limit"}, BadQuery{"?session_id=a%20b", 422, "session_id"},
                    BadQuery{"?quality_mode=best", 422, "quality_mode"}, BadQuery{"?delivery=some", 422, "delivery"},
                    BadQuery{"?max_age_ms=49", 422, "max_age_ms"}, BadQuery{"?resume=0123&session_id=x", 403, "resume"}));

TEST(routes_websocket, a_foreign_origin_is_refused_and_a_listed_one_passes) {
  LiveServer live;
  EXPECT_EQ(Client(live.port()).upgrade("", "Origin: https://evil.example\r\n").status, 403);
  EXPECT_EQ(Client(live.port()).upgrade("", "Origin: null\r\n").status, 403);
  EXPECT_EQ(Client(live.port()).upgrade("", "Origin: http://127.0.0.1:5500\r\n").status, 101);
}

TEST(routes_websocket, a_handshake_that_is_none_is_400) {
  LiveServer live;
  EXPECT_EQ(Client(live.port()).get("/stream/detection").status, 400);
  const std::string lines = "Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const auto reply = Client(live.port()).get("/stream/detection", lines + "Sec-WebSocket-Version: 8\r\n");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.headers.at("sec-websocket-version"), "13");
  EXPECT_EQ(Client(live.port())
                .get("/stream/detection",
                     "Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: short\r\n")
                .status,
            400);
}

}  // namespace
}  // namespace hazard::serve
