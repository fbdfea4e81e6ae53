// Keys and tickets on live sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/sha256.hpp"
#include "support/live_server.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;

LiveOptions with_keys() {
  LiveOptions options = live_options();
  auto keys = AccessKeys::parse("fleet stream " + base::to_hex(base::sha256("fleet-key")) + "\n" + "desk reports " +
                                base::to_hex(base::sha256("desk-key")) + "\n");
  EXPECT_TRUE(keys);
  options.server.keys = std::move(*keys);
  return options;
}

constexpr std::string_view kFleet = "Authorization: Bearer fleet-key\r\n";

std::string ticket_from(const HttpReply& reply) {
  EXPECT_EQ(reply.status, 200) << reply.body;
  constexpr std::string_view kBefore = R"({"ticket":")";
  EXPECT_TRUE(reply.body.starts_with(kBefore)) << reply.body;
  EXPECT_THAT(reply.body, HasSubstr(R"("expires_in":30)"));
  return reply.body.substr(kBefore.size(), 32);
}

TEST(routes_auth, a_stream_needs_a_key_with_its_right) {
  LiveServer live(with_keys());
  const auto refused = Client(live.port()).upgrade();
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.headers.at("www-authenticate"), "Bearer");
  EXPECT_EQ(Client(live.port()).upgrade({}, "Authorization: Bearer desk-key\r\n").status, 403);
  EXPECT_EQ(Client(live.port()).upgrade({}, kFleet).status, 101);
  EXPECT_EQ(Client(live.port()).get("/health").status, 200);
}

TEST(routes_auth, a_ticket_opens_one_stream) {
  LiveServer live(with_keys());
  const auto ticket = ticket_from(Client(live.port()).post("/auth/tickets", R"({"route":"/stream/detection"})", kFleet));
  Client first(live.port());
  EXPECT_EQ(first.upgrade("?ticket=" + ticket).status, 101);
  EXPECT_THAT(first.read_message().payload, HasSubstr("session_created"));
  EXPECT_EQ(Client(live.port()).upgrade("?ticket=" + ticket).status, 401);
}

TEST(routes_auth, a_ticket_opens_the_events_of_its_session) {
  LiveServer live(with_keys());
  ASSERT_LT(Client(live.port()).post("/stream/sessions?session_id=mine", "{}", kFleet).status, 300);
  const auto ticket =
      ticket_from(Client(live.port()).post("/auth/tickets", R"({"route":"/stream/events/mine","session_id":"mine"})", kFleet));
  EXPECT_EQ(Client(live.port()).get("/stream/events/other?ticket=" + ticket).status, 401);
  const auto again =
      ticket_from(Client(live.port()).post("/auth/tickets", R"({"route":"/stream/events/mine","session_id":"mine"})", kFleet));
  EXPECT_EQ(Client(live.port()).get("/stream/events/mine?ticket=" + again).status, 200);
}

TEST(routes_auth, tickets_are_refused_with_a_sentence) {
  LiveServer live(with_keys());
  EXPECT_EQ(Client(live.port()).post("/auth/tickets", R"({"route":"/events"})").status, 401);
  for (const char* body : {"", "[]", "{}", R"({"route":"events"})", R"({"route":"/events?x=1"})", R"({"route":7})",
                           R"({"route":"/events","session_id":7})"}) {
    const auto refused = Client(live.port()).post("/auth/tickets", body, kFleet);
    EXPECT_EQ(refused.status, 422) << body;
    EXPECT_THAT(refused.body, HasSubstr("detail")) << body;
  }
}

}  // namespace
}  // namespace hazard::serve
