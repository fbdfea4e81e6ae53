// Against a peer on loopback that answers with the bytes it is told.
#include "outgoing/curl_poster.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

namespace hazard::outgoing {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

// Takes one connection after the other, reads a request whole, answers, closes. An empty answer: it only listens.
class Peer {
 public:
  explicit Peer(std::string answer) : answer_(std::move(answer)) {
    fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    socklen_t length = sizeof address;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    EXPECT_EQ(::listen(fd_, 8), 0);
    if (!answer_.empty()) thread_ = std::thread([this] { serve(); });
  }
  ~Peer() {
    ::shutdown(fd_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    ::close(fd_);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  std::string url(const std::string& path = "/in") const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  // After the post that it was sent with.
  const std::string& request() const { return request_; }

 private:
  void serve() {
    for (int client = ::accept(fd_, nullptr, nullptr); client >= 0; client = ::accept(fd_, nullptr, nullptr)) {
      request_.clear();
      char piece[4096];
      while (request_.find("\r\n\r\n") == std::string::npos || !request_.ends_with("END")) {
        const auto got = ::recv(client, piece, sizeof piece, 0);
        if (got <= 0) break;
        request_.append(piece, static_cast<std::size_t>(got));
      }
      ::send(client, answer_.data(), answer_.size(), MSG_NOSIGNAL);
      ::close(client);
    }
  }

  const std::string answer_;
  std::string request_;
  int fd_ = -1;
  int port_ = 0;
  std::thread thread_;
};

std::string reply(const std::string& status, const std::string& lines = {}, const std::string& body = {}) {
  return "HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + lines +
         "\r\n" + body;
}

std::unique_ptr<Poster> poster(bool allow_private = true, base::Duration timeout = std::chrono::seconds(20)) {
  return make_curl_poster({.allow_private = allow_private, .timeout = timeout, .user_agent = "hazardstream/test"});
}

Post message(const std::string& url) {
  return {.url = url, .content_type = "application/json", .headers = {{"webhook-id", "abc"}}, .body = "{\"a\":1} END"};
}

TEST(CurlPoster, sends_the_message_and_brings_the_answer) {
  std::string sent;
  {
    Peer peer(reply("201 Created", {}, "thanks"));
    const Posted posted = poster()->post(message(peer.url("/in?key=1")));
    EXPECT_EQ(posted.status, 201);
    EXPECT_EQ(posted.body, "thanks");
    EXPECT_EQ(posted.error, "");
    sent = peer.request();
  }
  EXPECT_THAT(sent, testing::StartsWith("POST /in?key=1 HTTP/1.1\r\n"));
  EXPECT_THAT(sent, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(sent, HasSubstr("webhook-id: abc\r\n"));
  EXPECT_THAT(sent, HasSubstr("User-Agent: hazardstream/test\r\n"));
  EXPECT_THAT(sent, Not(HasSubstr("Expect:")));
  EXPECT_THAT(sent, testing::EndsWith("\r\n\r\n{\"a\":1} END"));
}

TEST(CurlPoster, a_private_address_is_refused_before_anything_is_sent) {
  Peer peer(reply("200 OK"));
  const Posted posted = poster(false)->post(message(peer.url()));
  EXPECT_EQ(posted.status, 0);
  EXPECT_THAT(posted.error, HasSubstr("WEBHOOK_ALLOW_PRIVATE"));
  EXPECT_FALSE(posted.stopped);
}

TEST(CurlPoster, a_name_that_leads_to_a_private_address_is_refused_too) {
  const Posted posted = poster(false)->post(message("http://localhost:9/"));
  EXPECT_EQ(posted.status, 0);
  EXPECT_THAT(posted.error, HasSubstr("WEBHOOK_ALLOW_PRIVATE"));
}

TEST(CurlPoster, some_addresses_are_refused_whatever_is_allowed) {
  for (const char* url : {"http://169.254.169.254/", "http://0.0.0.0:9/", "http://[::ffff:127.0.0.1]:9/", "http://224.0.0.1/"})
    EXPECT_THAT(poster()->post(message(url)).error, HasSubstr("private or reserved")) << url;
}

TEST(CurlPoster, other_schemes_are_refused) {
  for (const char* url : {"file:///etc/hostname", "gopher://127.0.0.1:9/", "ftp://127.0.0.1/"}) {
    const Posted posted = poster()->post(message(url));
    EXPECT_EQ(posted.status, 0) << url;
    EXPECT_NE(posted.error, "") << url;
  }
}

TEST(CurlPoster, a_redirect_is_not_followed) {
  Peer target(reply("200 OK"));
  Peer peer(reply("302 Found", "Location: " + target.url("/other") + "\r\n"));
  EXPECT_EQ(poster()->post(message(peer.url())).status, 302);
  EXPECT_EQ(target.request(), "");
}

TEST(CurlPoster, an_answer_is_read_up_to_4096_bytes) {
  for (const std::size_t size : {std::size_t{4095}, std::size_t{4096}, std::size_t{4097}, std::size_t{3'000'000}}) {
    Peer peer(reply("200 OK", {}, std::string(size, 'x')));
    const Posted posted = poster()->post(message(peer.url()));
    EXPECT_EQ(posted.status, 200) << size;
    EXPECT_THAT(posted.body, SizeIs(std::min(size, kAnswerBytesMost))) << size;
  }
}

TEST(CurlPoster, a_receiver_that_does_not_answer_is_left_after_the_time_out) {
  Peer peer("");
  const Posted posted = poster(true, std::chrono::milliseconds(50))->post(message(peer.url()));
  EXPECT_EQ(posted.status, 0);
  EXPECT_THAT(posted.error, HasSubstr("imeout"));
}

TEST(CurlPoster, a_receiver_that_is_not_there_or_speaks_no_http_is_an_error) {
  std::string gone;
  {
    Peer peer(reply("200 OK"));
    gone = peer.url();
  }
  EXPECT_NE(poster()->post(message(gone)).error, "");
  Peer nonsense("hello\r\n\r\n");
  EXPECT_EQ(poster()->post(message(nonsense.url())).status, 0);
}

TEST(CurlPoster, the_receiver_may_ask_for_time) {
  Peer peer(reply("503 Busy", "Retry-After: 120\r\n"));
  EXPECT_EQ(poster()->post(message(peer.url())).retry_after, std::chrono::seconds(120));
  Peer silent(reply("503 Busy"));
  EXPECT_EQ(poster()->post(message(silent.url())).retry_after, std::nullopt);
}

TEST(CurlPoster, once_stopped_it_sends_nothing) {
  Peer peer(reply("200 OK"));
  const auto one = poster();
  one->stop();
  EXPECT_TRUE(one->post(message(peer.url())).stopped);
  EXPECT_EQ(peer.request(), "");
}

}  // namespace
}  // namespace hazard::outgoing
