#include "client/http_connection.hpp"

#include <gtest/gtest.h>

#include "support/scripted_peer.hpp"

namespace hazard::client {
namespace {

using std::chrono::seconds;

test::ScriptedPeer answering(std::string reply) {
  return test::ScriptedPeer(
      [reply](const std::string& read) { return read.find("\r\n\r\n") == std::string::npos ? std::string() : reply; });
}

TEST(HttpConnection, reads_a_reply_with_a_length) {
  const auto peer = answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  auto connection = *HttpConnection::connect(*parse_url(peer.address()));
  ASSERT_TRUE(connection.send("GET", "/health", "", ""));
  const auto reply = connection.wait_for_reply(seconds(5));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body, "ok");
}

TEST(HttpConnection, joins_the_chunks_of_a_reply) {
  const auto peer =
      answering("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n");
  auto connection = *HttpConnection::connect(*parse_url(peer.address()));
  ASSERT_TRUE(connection.send("GET", "/", "", ""));
  const auto reply = connection.wait_for_reply(seconds(5));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 404);
  EXPECT_EQ(reply->body, "abc0123456789");
}

TEST(HttpConnection, waits_no_longer_than_told) {
  const auto peer = answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
  auto connection = *HttpConnection::connect(*parse_url(peer.address()));
  ASSERT_TRUE(connection.send("GET", "/", "", ""));
  const auto reply = connection.wait_for_reply(std::chrono::milliseconds(50));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, domain::ErrorCode::request_timeout);
}

}  // namespace
}  // namespace hazard::client
