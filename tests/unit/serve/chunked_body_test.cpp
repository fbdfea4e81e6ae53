#include "serve/chunked_body.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hazard::serve {
namespace {

using domain::ErrorCode;

std::string text(const domain::Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

TEST(chunked_body, joins_chunks) {
  ChunkedBody chunks(100);
  domain::Bytes body;
  const std::string input = "3\r\nabc\r\n0A;x=y\r\n0123456789\r\n0\r\n\r\nNEXT";
  const auto used = chunks.feed(input, body);
  ASSERT_TRUE(used);
  EXPECT_TRUE(chunks.done());
  EXPECT_EQ(*used, input.size() - 4);
  EXPECT_EQ(text(body), "abc0123456789");
}

TEST(chunked_body, joins_chunks_byte_by_byte) {
  ChunkedBody chunks(100);
  domain::Bytes body;
  for (const char c : std::string("3\r\nabc\r\n0\r\n\r\n")) {
    EXPECT_FALSE(chunks.done());
    const auto used = chunks.feed({&c, 1}, body);
    ASSERT_TRUE(used);
    EXPECT_EQ(*used, 1U);
  }
  EXPECT_TRUE(chunks.done());
  EXPECT_EQ(text(body), "abc");
}

TEST(chunked_body, takes_an_empty_body) {
  ChunkedBody chunks(0);
  domain::Bytes body;
  ASSERT_TRUE(chunks.feed("0\r\n\r\n", body));
  EXPECT_TRUE(chunks.done());
}

class MalformedChunks : public testing::TestWithParam<const char*> {};

TEST_P(MalformedChunks, are_400) {
  ChunkedBody chunks(1000);
  domain::Bytes body;
  const auto used = chunks.feed(GetParam(), body);
  ASSERT_FALSE(used);
  EXPECT_EQ(used.error().code, ErrorCode::bad_request);
}

INSTANTIATE_TEST_SUITE_P(chunked_body, MalformedChunks,
                         testing::Values("\r\n", "g\r\n", "0x3\r\nabc\r\n", " 3\r\nabc\r\n", "3 \r\nabc\r\n", "-1\r\n", "+3\r\n",
                                         "3_0\r\n", "3\nabc\r\n", "3\r\r\n", "3\r\nabcd\r\n", "3\r\nabc\n0\r\n\r\n",
                                         "3\r\nabc0\r\n\r\n", "123456789\r\n", "3;a\nb\r\nabc\r\n", "0\r\nX: trailer\r\n\r\n",
                                         "0\r\n\n", "0\r\n\rX", ";x\r\n"));

TEST(chunked_body, extension_of_256_bytes_passes_and_one_more_is_400) {
  const auto feed = [](std::size_t extension) {
    ChunkedBody chunks(10);
    domain::Bytes body;
    return chunks.feed("1;" + std::string(extension - 1, 'x') + "\r\na\r\n0\r\n\r\n", body).has_value();
  };
  EXPECT_TRUE(feed(255));
  EXPECT_TRUE(feed(256));
  EXPECT_FALSE(feed(257));
}

TEST(chunked_body, payload_at_the_limit_passes_and_one_byte_more_is_413_before_it_is_stored) {
  const auto feed = [](const std::string& size_line, domain::Bytes& body) {
    ChunkedBody chunks(16);
    return chunks.feed(size_line + "\r\n", body);
  };
  domain::Bytes body;
  EXPECT_TRUE(feed("F", body));
  EXPECT_TRUE(feed("10", body));
  const auto refused = feed("11", body);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::message_too_large);
  EXPECT_TRUE(body.empty());
}

TEST(chunked_body, limit_counts_all_chunks_together) {
  ChunkedBody chunks(4);
  domain::Bytes body;
  const auto refused = chunks.feed("3\r\nabc\r\n2\r\nde\r\n", body);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::message_too_large);
}

TEST(chunked_body, a_body_in_tiny_chunks_is_refused_in_the_end) {
  ChunkedBody chunks(1'000'000);
  domain::Bytes body;
  bool refused = false;
  for (int i = 0; i < 100'000 && !refused; ++i) refused = !chunks.feed("1\r\na\r\n", body);
  EXPECT_TRUE(refused);
  EXPECT_LT(body.size(), ChunkedBody::kLineBytesMaxPerBody);
}

}  // namespace
}  // namespace hazard::serve
