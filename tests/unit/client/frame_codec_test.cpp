#include "client/frame_codec.hpp"

#include <gtest/gtest.h>

namespace hazard::client {
namespace {

std::string unmask(std::string_view frame, std::size_t head) {
  std::string payload(frame.substr(head + 4));
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ frame[head + i % 4]);
  return payload;
}

TEST(AppendMasked, writes_each_of_the_three_length_forms) {
  for (const auto [size, head] : {std::pair{125UL, 2UL}, {126UL, 4UL}, {65535UL, 4UL}, {65536UL, 10UL}}) {
    const std::string payload(size, 'x');
    std::string frame;
    append_masked(frame, Opcode::binary, payload, 0x01020304);
    ASSERT_EQ(frame.size(), head + 4 + size);
    EXPECT_EQ(static_cast<unsigned char>(frame[0]), 0x82);
    EXPECT_EQ(unmask(frame, head), payload);
  }
}

std::string unmasked(unsigned char first, std::string_view payload) {
  std::string frame(1, static_cast<char>(first));
  frame.push_back(static_cast<char>(payload.size()));
  return frame + std::string(payload);
}

TEST(MessageReader, hands_out_messages_that_come_byte_by_byte) {
  MessageReader reader;
  const std::string bytes = unmasked(0x81, "hello") + unmasked(0x81, "you");
  std::vector<std::string> got;
  for (const char byte : bytes) {
    reader.feed({&byte, 1});
    while (auto message = *reader.next()) got.push_back(message->payload);
  }
  EXPECT_EQ(got, (std::vector<std::string>{"hello", "you"}));
}

TEST(MessageReader, joins_fragments_around_a_ping) {
  MessageReader reader;
  reader.feed(unmasked(0x01, "one ") + unmasked(0x89, "?") + unmasked(0x80, "two"));
  EXPECT_EQ((*reader.next())->opcode, Opcode::ping);
  EXPECT_EQ((*reader.next())->payload, "one two");
  EXPECT_FALSE(*reader.next());
}

TEST(MessageReader, refuses_a_continuation_of_nothing_extensions_and_too_much) {
  MessageReader lost;
  lost.feed(unmasked(0x80, "x"));
  EXPECT_FALSE(lost.next());
  MessageReader extended;
  extended.feed(unmasked(0xC1, "x"));
  EXPECT_FALSE(extended.next());
  MessageReader full(4);
  full.feed(unmasked(0x81, "12345"));
  EXPECT_FALSE(full.next());
}

}  // namespace
}  // namespace hazard::client
