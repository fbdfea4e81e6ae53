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

TEST(WebSocket, sends_its_key_in_the_upgrade_and_none_without_one) {
  for (const bool has_key : {true, false}) {
    const test::ScriptedPeer peer([has_key](const std::string& read) -> std::string {
      if (!read.ends_with("\r\n\r\n")) return {};
      EXPECT_EQ(read.find("\r\nAuthorization: Bearer hs_1\r\n") != std::string::npos, has_key);
      return kSwitching;
    });
    auto url = *parse_url(peer.address());
    if (has_key) url.key = "hs_1";
    EXPECT_TRUE(WebSocket::connect(url));
  }
}

std::string why_refused(const std::string& status, const std::string& body) {
  const test::ScriptedPeer peer([&](const std::string& read) -> std::string {
    return read.ends_with("\r\n\r\n") ? "HTTP/1.1 " + status + "\r\n\r\n" + body : "";
  });
  const auto socket = WebSocket::connect(*parse_url(peer.address()));
  EXPECT_FALSE(socket);
  return socket ? "" : socket.error().message;
}

TEST(WebSocket, tells_why_it_was_refused_in_the_servers_words) {
  EXPECT_EQ(why_refused("422 Unprocessable", R"({"detail":"fps_limit must be 1 to 60","code":"invalid_value"})"),
            "the server refused: fps_limit must be 1 to 60 (422 invalid_value)");
  EXPECT_EQ(why_refused("422 Unprocessable", R"({"detail":"no"})"), "the server refused: no (422)");
  EXPECT_EQ(why_refused("502 Bad Gateway", "<html>\x1b[2J\n"), "the server refused: 502 Bad Gateway <html> [2J ");
  EXPECT_EQ(why_refused("503 ", ""), "the server refused: 503  ");
  EXPECT_LE(why_refused("502 Bad Gateway", std::string(3'000, 'x')).size(), 500u);
}

std::optional<base::Duration> retry_after_of(const std::string& head) {
  const test::ScriptedPeer peer([&head](const std::string& read) -> std::string {
    return read.ends_with("\r\n\r\n") ? "HTTP/1.1 503 Busy\r\n" + head + "Content-Length: 0\r\n\r\n" : "";
  });
  const auto socket = WebSocket::connect(*parse_url(peer.address()));
  EXPECT_FALSE(socket);
  return socket ? std::nullopt : socket.error().retry_after;
}

TEST(WebSocket, hands_on_when_a_refused_one_may_come_back) {
  EXPECT_EQ(retry_after_of("Retry-After: 7\r\n"), seconds(7));
  EXPECT_EQ(retry_after_of("retry-after:12\r\n"), seconds(12));
  EXPECT_FALSE(retry_after_of(""));
  EXPECT_FALSE(retry_after_of("Retry-After: Fri, 31 Dec 2027 23:59:59 GMT\r\n"));
  EXPECT_FALSE(retry_after_of("X-Retry-After-Not: 7\r\n"));
}

TEST(WebSocket, sends_a_message_of_megabytes_in_pieces_and_whole) {
  constexpr std::size_t kBytes = 3'000'000;
  const test::ScriptedPeer peer([](const std::string& read) -> std::string {
    if (read.ends_with("\r\n\r\n")) return kSwitching;
    const std::size_t head = read.find("\r\n\r\n") + 4;
    return read.size() == head + 14 + kBytes ? "\x81\x03"
                                               "all"
                                             : "";
  });
  auto socket = WebSocket::connect(*parse_url(peer.address()));
  ASSERT_TRUE(socket);
  ASSERT_TRUE(socket->send_text(std::string(kBytes, 'x')));
  const auto messages = socket->receive(seconds(20));
  ASSERT_TRUE(messages && messages->size() == 1);
  EXPECT_EQ(messages->front().payload, "all");
  EXPECT_EQ(socket->unsent_bytes(), 0u);
  EXPECT_FALSE(socket->wants_write());
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
