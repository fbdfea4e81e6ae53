#include "client/socket.hpp"

#include <gtest/gtest.h>

#include "support/scripted_peer.hpp"

namespace hazard::client {
namespace {

TEST(Socket, sends_and_receives_and_notices_the_end) {
  const test::ScriptedPeer peer([](const std::string& read) { return read == "ping" ? std::string("pong") : std::string(); },
                                true);
  auto socket = Socket::connect(*parse_url(peer.address()), std::chrono::seconds(5));
  ASSERT_TRUE(socket);
  char room[16];
  EXPECT_EQ(*socket->receive(room, sizeof room), 0u) << "nothing is here yet, and it does not block";
  EXPECT_EQ(*socket->send("ping"), 4u);
  ASSERT_TRUE(socket->wait(false, std::chrono::seconds(5)));
  EXPECT_EQ(*socket->receive(room, sizeof room), 4u);
  ASSERT_TRUE(socket->wait(false, std::chrono::seconds(5)));
  EXPECT_FALSE(socket->receive(room, sizeof room));
}

TEST(Socket, an_unknown_name_is_refused_in_words) {
  const auto socket = Socket::connect({.host = "no-such-host.invalid", .port = "1"}, std::chrono::seconds(5));
  ASSERT_FALSE(socket);
  EXPECT_NE(socket.error().message.find("no-such-host.invalid"), std::string::npos);
}

}  // namespace
}  // namespace hazard::client
