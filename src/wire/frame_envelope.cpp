// The binary frame message (streaming contract, section 2), little endian:
//
//  0        4     6     8              16             24        24+N
//  +--------+-----+-----+--------------+--------------+---------+----------------
//  | "HSF1" | N   | 0   | frame number | capture time | N bytes | image bytes ...
//  +--------+-----+-----+--------------+--------------+---------+----------------
//    magic   u16   u16     u64            i64 us        JSON      JPEG, PNG, WebP, BMP
#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "base/check.hpp"
#include "domain/limits.hpp"
#include "wire/client_fields.hpp"
#include "wire/client_message.hpp"
#include "wire/json_reader.hpp"

namespace hazard::wire {
namespace {

using domain::ErrorCode;

constexpr std::string_view kMagic = "HSF1";
constexpr std::size_t kJsonLengthAt = 4;
constexpr std::size_t kReservedAt = 6;
constexpr std::size_t kNumberAt = 8;
constexpr std::size_t kCaptureAt = 16;
constexpr double kMicrosPerSecond = 1e6;

std::uint64_t read_little(domain::ByteView bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value |= std::uint64_t{bytes[at + i]} << (8 * i);
  return value;
}

void write_little(domain::Bytes& bytes, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

bool has_magic(domain::ByteView message) {
  return message.size() >= kMagic.size() && std::memcmp(message.data(), kMagic.data(), kMagic.size()) == 0;
}

// The JSON part's label and place; the label is `fallback` when it names none.
domain::Result<void> read_json_part(std::string_view json, domain::EncodedFrame& frame) {
  const auto document = JsonDocument::parse(json);
  if (!document || !document->root().is(JsonKind::object)) {
    return domain::refuse(ErrorCode::invalid_envelope, document ? std::string("the envelope's JSON part must be an object")
                                                                : "the envelope's JSON part is " + document.error().message);
  }
  auto frame_id = read_frame_id(*document, document->root());
  if (!frame_id) return std::unexpected(frame_id.error());
  if (!frame_id->empty()) frame.frame_id = std::move(*frame_id);
  frame.location = read_location(*document, document->root());
  return {};
}

domain::Result<std::size_t> json_length(domain::ByteView message) {
  const auto length = static_cast<std::size_t>(read_little(message, kJsonLengthAt, 2));
  if (length > domain::kEnvelopeJsonBytesMax) {
    return domain::refuse(
        ErrorCode::invalid_envelope,
        fmt::format("the envelope's JSON part must be at most {} bytes long, got {}", domain::kEnvelopeJsonBytesMax, length));
  }
  if (length > message.size() - domain::kEnvelopeHeaderBytes) {
    return domain::refuse(ErrorCode::invalid_envelope, "the envelope's JSON part reaches beyond the message");
  }
  return length;
}

// Everything but the bytes themselves; `frame.frame_id` is set as soon as it is known.
domain::Result<void> read_envelope(domain::ByteView message, std::size_t frame_bytes_max, domain::EncodedFrame& frame) {
  if (!has_magic(message)) return domain::refuse(ErrorCode::invalid_envelope, "a binary message must begin with HSF1");
  if (message.size() < domain::kEnvelopeHeaderBytes) {
    return domain::refuse(ErrorCode::invalid_envelope,
                          fmt::format("the envelope's head has {} bytes, got {}", domain::kEnvelopeHeaderBytes, message.size()));
  }
  frame.frame_id = std::to_string(read_little(message, kNumberAt, 8));
  if (read_little(message, kReservedAt, 2) != 0) {
    return domain::refuse(ErrorCode::invalid_envelope, "the envelope's reserved field must be 0");
  }
  const auto length = json_length(message);
  if (!length) return std::unexpected(length.error());
  const auto capture_us = static_cast<std::int64_t>(read_little(message, kCaptureAt, 8));
  if (capture_us != 0) frame.timestamp = static_cast<double>(capture_us) / kMicrosPerSecond;
  if (*length > 0) {
    const auto part = message.subspan(domain::kEnvelopeHeaderBytes, *length);
    const std::string_view json(reinterpret_cast<const char*>(part.data()), part.size());
    if (auto ok = read_json_part(json, frame); !ok) return ok;
  }
  frame.offset = domain::kEnvelopeHeaderBytes + *length;
  const std::size_t picture_bytes = message.size() - frame.offset;
  if (picture_bytes == 0) return domain::refuse(ErrorCode::missing_image, "the envelope holds no picture");
  if (picture_bytes > frame_bytes_max) {
    return domain::refuse(ErrorCode::frame_too_large,
                          fmt::format("the picture has {} bytes, at most {} are taken", picture_bytes, frame_bytes_max));
  }
  return {};
}

}  // namespace

std::expected<FrameMessage, Refused> parse_frame_envelope(domain::Bytes&& message, std::size_t frame_bytes_max) {
  FrameMessage result;
  const bool is_frame = has_magic(message);
  if (auto ok = read_envelope(message, frame_bytes_max, result.frame); !ok) {
    return std::unexpected(Refused{std::move(ok.error()), is_frame, std::move(result.frame.frame_id)});
  }
  result.frame.buffer = std::move(message);
  return result;
}

domain::Bytes make_frame_envelope(std::uint64_t number, std::int64_t capture_us, std::string_view json,
                                  domain::ByteView picture) {
  HAZARD_CHECK(json.size() <= domain::kEnvelopeJsonBytesMax);
  domain::Bytes message;
  message.reserve(domain::kEnvelopeHeaderBytes + json.size() + picture.size());
  message.insert(message.end(), kMagic.begin(), kMagic.end());
  write_little(message, json.size(), 2);
  write_little(message, 0, 2);
  write_little(message, number, 8);
  write_little(message, static_cast<std::uint64_t>(capture_us), 8);
  message.insert(message.end(), json.begin(), json.end());
  message.insert(message.end(), picture.begin(), picture.end());
  return message;
}

}  // namespace hazard::wire
