#include "serve/request_validator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hazard::serve {
namespace {

using domain::ErrorCode;
using namespace std::string_literals;

std::string with_header(const std::string& line) { return "GET / HTTP/1.1\r\nHost: a\r\n" + line + "\r\n\r\n"; }
std::string with_line(const std::string& line) { return line + "\r\nHost: a\r\n\r\n"; }

domain::Result<RequestHead> read(const std::string& bytes) {
  HeadScanner scanner;
  const HeadLimits limits;
  const auto length = scanner.scan(bytes, limits);
  if (!length) return std::unexpected(length.error());
  if (!*length) return domain::refuse(ErrorCode::internal, "not complete");
  return check_head(std::string_view(bytes).substr(0, **length), limits);
}

struct Refusal {
  const char* why;
  std::string bytes;
};
void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.why; }

class RefusedHead : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedHead, gets_400) {
  const auto head = read(GetParam().bytes);
  ASSERT_FALSE(head.has_value());
  EXPECT_EQ(head.error().code, ErrorCode::bad_request) << head.error().message;
  EXPECT_FALSE(head.error().message.empty());
}

const std::vector<Refusal> kRefusals{
    // Lines
    {"bare LF ends the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"},
    {"bare LF ends a header", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"},
    {"bare LF ends the head", "GET / HTTP/1.1\r\nHost: a\r\n\n"},
    {"bare CR in a header", "GET / HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n"},
    {"bare CR in the request line", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"NUL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n"s},
    {"folded header with a blank", with_header("X: b\r\n c")},
    {"folded header with a tab", with_header("X: b\r\n\tc")},
    {"blank before the first header", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
    {"two empty lines before the request", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
    // Request line
    {"no version", with_line("GET /")},
    {"HTTP/0.9", "GET /\r\n\r\n"},
    {"HTTP/2.0", with_line("GET / HTTP/2.0")},
    {"HTTP/1.10", with_line("GET / HTTP/1.10")},
    {"lower case version", with_line("GET / http/1.1")},
    {"version without digits", with_line("GET / HTTP/1.")},
    {"blank after the version", with_line("GET / HTTP/1.1 ")},
    {"two blanks before the target", with_line("GET  / HTTP/1.1")},
    {"two blanks after the target", with_line("GET /  HTTP/1.1")},
    {"tab as a separator", with_line("GET\t/ HTTP/1.1")},
    {"empty method", with_line(" / HTTP/1.1")},
    {"method with a colon", with_line("GE:T / HTTP/1.1")},
    {"method of 17 letters", with_line("ABCDEFGHIJKLMNOPQ / HTTP/1.1")},
    {"CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n"},
    {"GET *", with_line("GET * HTTP/1.1")},
    // Target
    {"fragment in the target", with_line("GET /a#b HTTP/1.1")},
    {"raw non-ASCII in the target", with_line("GET /caf\xC3\xA9 HTTP/1.1")},
    {"overlong UTF-8 in the target", with_line("GET /\xC0\xAF HTTP/1.1")},
    {"DEL in the target", with_line("GET /\x7F HTTP/1.1")},
    {"quote in the target", with_line("GET /\"a HTTP/1.1")},
    {"backslash in the target", with_line("GET /\\a HTTP/1.1")},
    {"bracket in the query", with_line("GET /?a[]=b HTTP/1.1")},
    {"broken percent escape", with_line("GET /%4 HTTP/1.1")},
    {"percent escape of no hex", with_line("GET /%zz HTTP/1.1")},
    {"escaped NUL in the path", with_line("GET /%00 HTTP/1.1")},
    {"escaped NUL in the query", with_line("GET /?a=%00 HTTP/1.1")},
    {"target without slash", with_line("GET a HTTP/1.1")},
    {"target of another scheme", with_line("GET ftp://a/ HTTP/1.1")},
    {"absolute target with userinfo", with_line("GET http://u@a/ HTTP/1.1")},
    {"absolute target without host", with_line("GET http:///a HTTP/1.1")},
    // Header lines
    {"no colon", with_header("X")},
    {"empty name", with_header(": b")},
    {"blank before the colon", with_header("X : b")},
    {"blank before the colon of Transfer-Encoding", with_header("Transfer-Encoding : chunked")},
    {"non-ASCII name", with_header("X\xC3\xA9: b")},
    {"vertical tab in a value", with_header("X: a\x0B"
                                            "b")},
    {"DEL in a value", with_header("X: a\x7F"
                                   "b")},
    // Host
    {"no host", "GET / HTTP/1.1\r\n\r\n"},
    {"empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
    {"two hosts", with_header("Host: b")},
    {"two equal hosts", with_header("Host: a")},
    {"two hosts in other case", with_header("hOST: b")},
    {"userinfo in host", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"},
    {"path in host", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
    {"list of hosts", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"},
    {"blank in host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
    {"port of letters", "GET / HTTP/1.1\r\nHost: a:http\r\n\r\n"},
    {"port beyond 65535", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n"},
    {"IPv6 without bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"},
    {"text after an IPv6 literal", "GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n"},
    {"non-ASCII host", "GET / HTTP/1.1\r\nHost: \xC3\xA9\r\n\r\n"},
    {"empty host with HTTP/1.0", "GET / HTTP/1.0\r\nHost:\r\n\r\n"},
    // Framing
    {"length beside chunked", with_header("Content-Length: 3\r\nTransfer-Encoding: chunked")},
    {"chunked beside length", with_header("Transfer-Encoding: chunked\r\nContent-Length: 3")},
    {"two lengths", with_header("Content-Length: 3\r\nContent-Length: 4")},
    {"two equal lengths", with_header("Content-Length: 3\r\nContent-Length: 3")},
    {"list of lengths", with_header("Content-Length: 3, 3")},
    {"empty length", with_header("Content-Length:")},
    {"signed length", with_header("Content-Length: +3")},
    {"negative length", with_header("Content-Length: -1")},
    {"hexadecimal length", with_header("Content-Length: 0x3")},
    {"length with a blank inside", with_header("Content-Length: 3 3")},
    {"length of 16 digits", with_header("Content-Length: 1000000000000000")},
    {"xchunked", with_header("Transfer-Encoding: xchunked")},
    {"empty coding", with_header("Transfer-Encoding:")},
    {"identity", with_header("Transfer-Encoding: identity")},
    {"chunked, gzip", with_header("Transfer-Encoding: chunked, gzip")},
    {"gzip, chunked", with_header("Transfer-Encoding: gzip, chunked")},
    {"chunked with parameter", with_header("Transfer-Encoding: chunked; gzip")},
    {"chunked twice in a list", with_header("Transfer-Encoding: chunked, chunked")},
    {"chunked twice in two lines", with_header("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")},
    {"chunked with a comma", with_header("Transfer-Encoding: chunked,")},
    {"quoted chunked", with_header("Transfer-Encoding: \"chunked\"")},
    {"coding with HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"},
    // Others that must not come twice
    {"two content types", with_header("Content-Type: a/b\r\nContent-Type: c/d")},
    {"two origins", with_header("Origin: http://a\r\nOrigin: http://b")},
    {"two authorizations", with_header("Authorization: a\r\nAuthorization: b")},
};

INSTANTIATE_TEST_SUITE_P(request_validator, RefusedHead, testing::ValuesIn(kRefusals));

struct Accepted {
  const char* why;
  std::string bytes;
};
void PrintTo(const Accepted& accepted, std::ostream* out) { *out << accepted.why; }

class AcceptedHead : public testing::TestWithParam<Accepted> {};

TEST_P(AcceptedHead, passes) {
  const auto head = read(GetParam().bytes);
  ASSERT_TRUE(head.has_value()) << head.error().message;
}

const std::vector<Accepted> kAccepted{
    {"plain", with_line("GET / HTTP/1.1")},
    {"unknown method", with_line("BREW /pot HTTP/1.1")},
    {"HTTP/1.0 without host", "GET / HTTP/1.0\r\n\r\n"},
    {"a later minor version", with_line("GET / HTTP/1.2")},
    {"OPTIONS *", with_line("OPTIONS * HTTP/1.1")},
    {"absolute target", with_line("GET http://a:80/b?c HTTP/1.1")},
    {"absolute target in capitals", with_line("GET HTTP://a HTTP/1.1")},
    {"IPv6 host", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n"},
    {"host with an empty port", "GET / HTTP/1.1\r\nHost: a:\r\n\r\n"},
    {"port 65535", "GET / HTTP/1.1\r\nHost: a:65535\r\n\r\n"},
    {"value with non-ASCII text", with_header("X: caf\xC3\xA9")},
    {"value with blanks around", with_header("X: \t b \t")},
    {"empty value", with_header("X:")},
    {"chunked in capitals", with_header("Transfer-Encoding: CHUNKED")},
    {"length with leading zeros", with_header("Content-Length: 007")},
    {"length of 15 digits", with_header("Content-Length: 100000000000000")},
    {"question marks in the query", with_line("GET /?a?b=/c HTTP/1.1")},
    {"method of 16 letters", with_line("ABCDEFGHIJKLMNOP / HTTP/1.1")},
};

INSTANTIATE_TEST_SUITE_P(request_validator, AcceptedHead, testing::ValuesIn(kAccepted));

TEST(request_validator, splits_path_and_query) {
  const auto head = read("POST /a%20b/c?d=e&f HTTP/1.1\r\nHost: a:1\r\nX-One: 1\r\n\r\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->method, Method::post);
  EXPECT_EQ(head->path, "/a%20b/c");
  EXPECT_EQ(head->query, "d=e&f");
  EXPECT_EQ(head->host, "a:1");
  EXPECT_EQ(head->get("x-oNE"), "1");
  EXPECT_EQ(head->find("x-two"), std::nullopt);
}

TEST(request_validator, absolute_target_means_its_path) {
  const auto head = read(with_line("GET http://b.example/x?y HTTP/1.1"));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->path, "/x");
  EXPECT_EQ(head->query, "y");
}

TEST(request_validator, absolute_target_without_path_means_the_root) {
  const auto head = read(with_line("GET http://b.example?y HTTP/1.1"));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->path, "/");
  EXPECT_EQ(head->query, "y");
}

TEST(request_validator, views_survive_a_move) {
  auto head = read(with_header("X: value"));
  ASSERT_TRUE(head);
  const RequestHead moved = std::move(*head);
  EXPECT_EQ(moved.get("x"), "value");
}

TEST(request_validator, reads_the_body_framing) {
  EXPECT_EQ(read(with_header("X: b"))->framing, BodyFraming::none);
  EXPECT_EQ(read(with_header("Content-Length: 0"))->framing, BodyFraming::none);
  const auto sized = read(with_header("Content-Length: 42"));
  EXPECT_EQ(sized->framing, BodyFraming::length);
  EXPECT_EQ(sized->content_length, 42U);
  EXPECT_EQ(read(with_header("Transfer-Encoding: chunked"))->framing, BodyFraming::chunked);
}

TEST(request_validator, keeps_alive_unless_told_otherwise) {
  EXPECT_TRUE(read(with_header("X: b"))->keep_alive);
  EXPECT_FALSE(read(with_header("Connection: close"))->keep_alive);
  EXPECT_FALSE(read(with_header("Connection: a, CLOSE"))->keep_alive);
  EXPECT_FALSE(read(with_header("Connection: keep-alive\r\nConnection: close"))->keep_alive);
  EXPECT_FALSE(read("GET / HTTP/1.0\r\n\r\n")->keep_alive);
}

TEST(request_validator, sees_an_upgrade_in_any_connection_line) {
  EXPECT_TRUE(read(with_header("Connection: keep-alive\r\nConnection: Upgrade\r\nUpgrade: WebSocket"))->upgrade_websocket);
  EXPECT_TRUE(read(with_header("Connection: keep-alive, Upgrade\r\nUpgrade: h2c, websocket"))->upgrade_websocket);
  EXPECT_FALSE(read(with_header("Upgrade: websocket"))->upgrade_websocket);
  EXPECT_FALSE(read(with_header("Connection: upgrade"))->upgrade_websocket);
}

TEST(request_validator, sees_who_waits_for_leave_to_send) {
  EXPECT_TRUE(read(with_header("Expect: 100-Continue"))->expects_continue);
  EXPECT_FALSE(read(with_header("Expect: cake"))->expects_continue);
  EXPECT_FALSE(read("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n")->expects_continue);
}

TEST(request_validator, target_of_2048_bytes_passes_and_one_more_is_414) {
  const auto line = [](std::size_t size) { return with_line("GET /" + std::string(size - 1, 'a') + " HTTP/1.1"); };
  EXPECT_TRUE(read(line(2047)));
  EXPECT_TRUE(read(line(2048)));
  const auto refused = read(line(2049));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::uri_too_long);
}

TEST(request_validator, endless_target_is_414_before_it_ends) {
  HeadScanner scanner;
  const auto found = scanner.scan("GET /" + std::string(4000, 'a'), HeadLimits{});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::uri_too_long);
}

TEST(request_validator, header_lines_of_16_kib_pass_and_one_byte_more_is_431) {
  const auto sized = [](std::size_t bytes) {
    const std::string rest = "Host: a\r\nX: ";
    return "GET / HTTP/1.1\r\n" + rest + std::string(bytes - rest.size() - 2, 'b') + "\r\n\r\n";
  };
  EXPECT_TRUE(read(sized(16 * 1024 - 1)));
  EXPECT_TRUE(read(sized(16 * 1024)));
  const auto refused = read(sized(16 * 1024 + 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::headers_too_large);
}

TEST(request_validator, endless_headers_are_431_before_they_end) {
  HeadScanner scanner;
  const auto found = scanner.scan("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(17 * 1024, 'b'), HeadLimits{});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::headers_too_large);
}

TEST(request_validator, header_count_of_64_passes_and_65_is_431) {
  const auto counted = [](int fields) {
    std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 1; i < fields; ++i) head += "X: b\r\n";
    return head + "\r\n";
  };
  EXPECT_TRUE(read(counted(63)));
  EXPECT_TRUE(read(counted(64)));
  const auto refused = read(counted(65));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::headers_too_large);
}

TEST(head_scanner, finds_the_end_byte_by_byte) {
  const std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n\r\nrest";
  HeadScanner scanner;
  const std::size_t end = bytes.find("rest");
  for (std::size_t size = 0; size < end; ++size) {
    const auto found = scanner.scan(std::string_view(bytes).substr(0, size), HeadLimits{});
    ASSERT_TRUE(found) << size;
    ASSERT_FALSE(*found) << size;
  }
  const auto found = scanner.scan(bytes, HeadLimits{});
  ASSERT_TRUE(found && *found);
  EXPECT_EQ(**found, end);
}

TEST(head_scanner, refuses_a_bare_line_feed_as_soon_as_it_comes) {
  HeadScanner scanner;
  const auto found = scanner.scan("GET / HTTP/1.1\n", HeadLimits{});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::bad_request);
}

TEST(request_validator, finds_tokens_in_lists) {
  EXPECT_TRUE(has_token("a, b ,c", "B"));
  EXPECT_FALSE(has_token("ab, c", "b"));
  EXPECT_FALSE(has_token("", "b"));
  EXPECT_TRUE(has_token(",,b", "b"));
}

}  // namespace
}  // namespace hazard::serve
