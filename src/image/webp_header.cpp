#include "image/webp_header.hpp"

#include <optional>

#include "image/byte_order.hpp"
#include "image/exif.hpp"

namespace hazard::image {
namespace {

using domain::ErrorCode;
using domain::refuse;

constexpr std::size_t kRiffHeaderBytes = 12;  // "RIFF", size, "WEBP"
constexpr std::size_t kChunkHeaderBytes = 8;  // type, size
constexpr std::uint32_t kAnimationFlag = 0x02;
constexpr std::uint32_t kSideMask = 0x3FFF;  // 14 bits for each side in both kinds of frame

std::unexpected<domain::Error> no_header() {
  return refuse(ErrorCode::undecodable_image, "The WebP is damaged or cut short: it has no frame header.");
}

domain::SizePx size_of(std::uint32_t width, std::uint32_t height) noexcept {
  return {static_cast<int>(width), static_cast<int>(height)};
}

// Lossy: a 3-byte frame tag whose lowest bit is 0 in a key frame, a start code, two 14-bit sides.
std::optional<domain::SizePx> lossy_size(domain::ByteView frame) noexcept {
  if (!holds(frame, 0, 10) || (frame[0] & 1) != 0 || !matches(frame, 3, "\x9D\x01\x2A")) return std::nullopt;
  return size_of(little_endian(frame, 6, 2) & kSideMask, little_endian(frame, 8, 2) & kSideMask);
}

// Lossless: a signature byte, then two 14-bit sides less one.
std::optional<domain::SizePx> lossless_size(domain::ByteView frame) noexcept {
  if (!holds(frame, 0, 5) || frame[0] != 0x2F) return std::nullopt;
  const std::uint32_t bits = little_endian(frame, 1, 4);
  return size_of((bits & kSideMask) + 1, (bits >> 14 & kSideMask) + 1);
}

// The EXIF chunk of an extended file; it may stand anywhere after the first chunk.
int orientation_in(domain::ByteView bytes, std::size_t at) noexcept {
  while (holds(bytes, at, kChunkHeaderBytes)) {
    const std::size_t length = little_endian(bytes, at + 4, 4);
    if (!holds(bytes, at + kChunkHeaderBytes, length)) break;
    if (matches(bytes, at, "EXIF")) {
      domain::ByteView exif = bytes.subspan(at + kChunkHeaderBytes, length);
      // Some writers keep the prefix that only JPEG needs.
      if (matches(exif, 0, {"Exif\0\0", 6})) exif = exif.subspan(6);
      return exif_orientation(exif);
    }
    at += kChunkHeaderBytes + length + (length & 1);
  }
  return 1;
}

}  // namespace

domain::Result<WebpHeader> read_webp_header(domain::ByteView bytes) {
  if (!holds(bytes, kRiffHeaderBytes, kChunkHeaderBytes)) return no_header();
  WebpHeader header;
  header.bytes = std::size_t{little_endian(bytes, 4, 4)} + 8;
  const std::size_t length = little_endian(bytes, kRiffHeaderBytes + 4, 4);
  const std::size_t begin = kRiffHeaderBytes + kChunkHeaderBytes;
  const domain::ByteView body = bytes.subspan(begin);

  std::optional<domain::SizePx> size;
  if (matches(bytes, kRiffHeaderBytes, "VP8 ")) {
    size = lossy_size(body);
  } else if (matches(bytes, kRiffHeaderBytes, "VP8L")) {
    size = lossless_size(body);
  } else if (matches(bytes, kRiffHeaderBytes, "VP8X") && length >= 10 && holds(body, 0, 10)) {
    if ((body[0] & kAnimationFlag) != 0) {
      return refuse(ErrorCode::unsupported_format, "This is an animated WebP: send a still picture.");
    }
    size = size_of(little_endian(body, 4, 3) + 1, little_endian(body, 7, 3) + 1);
    header.orientation = orientation_in(bytes, begin + length + (length & 1));
  }
  if (!size || size->width == 0 || size->height == 0) return no_header();
  header.size = *size;
  return header;
}

}  // namespace hazard::image
