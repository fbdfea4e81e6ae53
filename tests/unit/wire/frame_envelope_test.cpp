#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "domain/limits.hpp"
#include "wire/client_message.hpp"

namespace hazard::wire {
namespace {

using domain::ErrorCode;

constexpr std::size_t kFrameMax = 1000;
const domain::Bytes kPicture{0xFF, 0xD8, 0xFF};

Refused refused(domain::Bytes message) {
  auto parsed = parse_frame_envelope(std::move(message), kFrameMax);
  EXPECT_FALSE(parsed);
  return parsed ? Refused{} : parsed.error();
}

TEST(FrameEnvelope, layout_is_the_contracts) {
  const domain::Bytes message = make_frame_envelope(0x0102030405060708, 0x1112131415161718, "{}", kPicture);
  const domain::Bytes wanted{'H', 'S',  'F',  '1',  2,    0,    0,    0,    8,    7,   6,   5,    4,    3,   2,
                             1,   0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11, '{', '}', 0xFF, 0xD8, 0xFF};
  EXPECT_EQ(message, wanted);
}

TEST(FrameEnvelope, takes_the_bytes_over_and_marks_where_the_picture_begins) {
  domain::Bytes message = make_frame_envelope(7, 1'700'000'000'000'250, "", kPicture);
  const auto* data = message.data();
  const auto parsed = parse_frame_envelope(std::move(message), kFrameMax);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->frame.buffer.data(), data);
  EXPECT_EQ(parsed->frame.offset, domain::kEnvelopeHeaderBytes);
  EXPECT_EQ(parsed->frame.frame_id, "7");
  EXPECT_EQ(parsed->frame.timestamp, 1'700'000'000.000250);
  EXPECT_FALSE(parsed->frame.location);
}

TEST(FrameEnvelope, the_json_part_names_label_and_place) {
  const auto parsed =
      parse_frame_envelope(make_frame_envelope(std::numeric_limits<std::uint64_t>::max(), 0,
                                               R"({"frame_id":"cam-1","metadata":{"location":{"lat":1,"lng":2}}})", kPicture),
                           kFrameMax);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->frame.frame_id, "cam-1");
  EXPECT_FALSE(parsed->frame.timestamp);
  ASSERT_TRUE(parsed->frame.location);
  EXPECT_EQ(parsed->frame.picture().size(), kPicture.size());
}

TEST(FrameEnvelope, a_json_part_without_label_leaves_the_number) {
  const auto parsed =
      parse_frame_envelope(make_frame_envelope(std::numeric_limits<std::uint64_t>::max(), -5, "{}", kPicture), kFrameMax);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->frame.frame_id, "18446744073709551615");
  EXPECT_EQ(parsed->frame.timestamp, -0.000005);
}

TEST(FrameEnvelope, every_beginning_is_refused) {
  const domain::Bytes message = make_frame_envelope(7, 0, R"({"frame_id":"x"})", {});
  for (std::size_t length = 0; length <= message.size(); ++length) {
    const Refused refusal = refused({message.begin(), message.begin() + static_cast<std::ptrdiff_t>(length)});
    EXPECT_EQ(refusal.error.code, length == message.size() ? ErrorCode::missing_image : ErrorCode::invalid_envelope) << length;
    EXPECT_EQ(refusal.is_frame, length >= 4) << length;
    EXPECT_EQ(refusal.frame_id, length < domain::kEnvelopeHeaderBytes ? "" : length < message.size() ? "7" : "x") << length;
  }
}

TEST(FrameEnvelope, another_magic_is_no_frame) {
  domain::Bytes message = make_frame_envelope(7, 0, "", kPicture);
  message[3] = '2';
  const Refused refusal = refused(message);
  EXPECT_EQ(refusal.error.code, ErrorCode::invalid_envelope);
  EXPECT_FALSE(refusal.is_frame);
  EXPECT_EQ(refusal.frame_id, "");
}

TEST(FrameEnvelope, a_reserved_field_that_is_set_is_refused) {
  for (const std::size_t at : {6U, 7U}) {
    domain::Bytes message = make_frame_envelope(7, 0, "", kPicture);
    message[at] = 1;
    const Refused refusal = refused(message);
    EXPECT_EQ(refusal.error.code, ErrorCode::invalid_envelope);
    EXPECT_TRUE(refusal.is_frame);
    EXPECT_EQ(refusal.frame_id, "7");
  }
}

TEST(FrameEnvelope, the_json_part_is_bounded) {
  const auto json = [](std::size_t bytes) { return R"({"x":")" + std::string(bytes - 8, 'x') + "\"}"; };
  EXPECT_TRUE(parse_frame_envelope(make_frame_envelope(7, 0, json(domain::kEnvelopeJsonBytesMax - 1), kPicture), kFrameMax));
  domain::Bytes largest = make_frame_envelope(7, 0, json(domain::kEnvelopeJsonBytesMax), kPicture);
  EXPECT_TRUE(parse_frame_envelope(domain::Bytes(largest), kFrameMax));
  const std::size_t beyond = domain::kEnvelopeJsonBytesMax + 1;
  largest[4] = static_cast<std::uint8_t>(beyond);
  largest[5] = static_cast<std::uint8_t>(beyond >> 8);
  EXPECT_EQ(refused(largest).error.code, ErrorCode::invalid_envelope);
}

TEST(FrameEnvelope, a_json_part_beyond_the_message_is_refused) {
  domain::Bytes message = make_frame_envelope(7, 0, "{}", {});
  for (const std::uint8_t length : domain::Bytes{3, 255}) {
    message[4] = length;
    EXPECT_EQ(refused(message).error.code, ErrorCode::invalid_envelope);
  }
}

TEST(FrameEnvelope, a_json_part_that_is_no_object_is_refused) {
  for (const char* json : {"[]", "1", "x", "{", R"({"a":1,"a":2})", "\xFF", " "}) {
    const Refused refusal = refused(make_frame_envelope(7, 0, json, kPicture));
    EXPECT_EQ(refusal.error.code, ErrorCode::invalid_envelope) << json;
    EXPECT_TRUE(refusal.is_frame);
    EXPECT_EQ(refusal.frame_id, "7");
  }
}

TEST(FrameEnvelope, a_label_that_is_too_long_is_refused) {
  const auto json = [](std::size_t bytes) { return R"({"frame_id":")" + std::string(bytes, 'i') + "\"}"; };
  EXPECT_TRUE(parse_frame_envelope(make_frame_envelope(7, 0, json(domain::kFrameIdBytesMax), kPicture), kFrameMax));
  EXPECT_EQ(refused(make_frame_envelope(7, 0, json(domain::kFrameIdBytesMax + 1), kPicture)).error.code,
            ErrorCode::invalid_value);
}

TEST(FrameEnvelope, the_picture_is_bounded_and_not_the_message) {
  const std::string json = R"({"frame_id":"a"})";
  EXPECT_TRUE(parse_frame_envelope(make_frame_envelope(7, 0, json, domain::Bytes(kFrameMax - 1)), kFrameMax));
  EXPECT_TRUE(parse_frame_envelope(make_frame_envelope(7, 0, json, domain::Bytes(kFrameMax)), kFrameMax));
  const Refused refusal = refused(make_frame_envelope(7, 0, json, domain::Bytes(kFrameMax + 1)));
  EXPECT_EQ(refusal.error.code, ErrorCode::frame_too_large);
  EXPECT_EQ(refusal.frame_id, "a");
}

}  // namespace
}  // namespace hazard::wire
