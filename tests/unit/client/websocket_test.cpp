#include "client/websocket.hpp"

#include <gtest/gtest.h>

#include "support/scripted_peer.hpp"

namespace hazard::client {
namespace {

using std::chrono::seconds;

constexpr char kSwitching[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

TEST(WebSocket, keeps_what_came_together_with_the_upgrade) {
  const test::ScriptedPeer peer([](const std::string& read) -> std::string {
    if (!read.ends_with("\r\n\r\n")) return {};
    EXPECT_NE(read.find("Sec-WebSocket-Version: 13"), std::string::npos);
    EXPECT_TRUE(read.starts_with("GET /stream/detection?fps_limit=5 HTTP/1.1\r\n"));
    return std::string(kSwitching) + "\x81\x05hello";
  });
  auto socket = WebSocket::connect(*parse_url(peer.address() + "/stream/detection?fps_limit=5"));
  ASSERT_TRUE(socket) << socket.error().message;
  const auto messages = socket->receive(seconds(5));
  ASSERT_TRUE(messages && messages->size() == 1);
  EXPECT_EQ(messages->front().payload, "hello");
}

TEST(WebSocket, tells_why_it_was_refused_in_the_servers_words) {
  const test::ScriptedPeer peer([](const std::string& read) -> std::string {
    if (!read.ends_with("\r\n\r\n")) return {};
    return "HTTP/1.1 422 Unprocessable\r\nContent-Length: 21\r\n\r\n{\"detail\":\"fps_limit\"}";
  });
  const auto socket = WebSocket::connect(*parse_url(peer.address()));
  ASSERT_FALSE(socket);
  EXPECT_NE(socket.error().message.find("422"), std::string::npos);
  EXPECT_NE(socket.error().message.find("fps_limit"), std::string::npos);
}

TEST(WebSocket, says_that_the_server_went) {
  const test::ScriptedPeer peer(
      [](const std::string& read) { return read.ends_with("\r\n\r\n") ? std::string(kSwitching) : std::string(); }, true);
  auto socket = WebSocket::connect(*parse_url(peer.address()));
  ASSERT_TRUE(socket);
  const auto messages = socket->receive(seconds(5));
  ASSERT_FALSE(messages);
  EXPECT_EQ(messages.error().code, domain::ErrorCode::session_closed);
}

TEST(WebSocket, nobody_listening_is_an_error_at_once) {
  std::string address;
  {
    address = test::ScriptedPeer([](const std::string&) { return std::string(); }).address();
  }
  EXPECT_FALSE(WebSocket::connect(*parse_url(address)));
}

}  // namespace
}  // namespace hazard::client
