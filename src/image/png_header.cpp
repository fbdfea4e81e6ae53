#include "image/png_header.hpp"

#include "image/byte_order.hpp"
#include "image/exif.hpp"

namespace hazard::image {
namespace {

using domain::ErrorCode;
using domain::refuse;

constexpr std::size_t kSignatureBytes = 8;
constexpr std::size_t kIhdrBytes = 13;
constexpr std::size_t kChunkFrameBytes = 12;  // length, type, checksum
constexpr std::uint32_t kNumberMost = 0x7FFF'FFFF;

}  // namespace

domain::Result<PngHeader> read_png_header(domain::ByteView bytes) {
  const bool has_ihdr = holds(bytes, kSignatureBytes, kChunkFrameBytes + kIhdrBytes) &&
                        big_endian(bytes, kSignatureBytes, 4) == kIhdrBytes && matches(bytes, kSignatureBytes + 4, "IHDR");
  if (!has_ihdr) return refuse(ErrorCode::undecodable_image, "The PNG is damaged or cut short: it has no header.");
  const std::size_t ihdr = kSignatureBytes + 8;
  const std::uint32_t width = big_endian(bytes, ihdr, 4);
  const std::uint32_t height = big_endian(bytes, ihdr + 4, 4);
  if (width == 0 || height == 0 || width > kNumberMost || height > kNumberMost) {
    return refuse(ErrorCode::undecodable_image, "The PNG's header is damaged: it names no valid size.");
  }

  PngHeader header{.size = {static_cast<int>(width), static_cast<int>(height)}, .orientation = 1};
  std::size_t at = ihdr + kIhdrBytes + 4;
  while (holds(bytes, at, kChunkFrameBytes)) {
    const std::size_t length = big_endian(bytes, at, 4);
    if (!holds(bytes, at, kChunkFrameBytes + length)) break;
    if (matches(bytes, at + 4, "acTL")) {
      return refuse(ErrorCode::unsupported_format, "This is an animated PNG: send a still picture.");
    }
    if (matches(bytes, at + 4, "eXIf")) header.orientation = exif_orientation(bytes.subspan(at + 8, length));
    if (matches(bytes, at + 4, "IEND")) break;
    at += kChunkFrameBytes + length;
  }
  return header;
}

}  // namespace hazard::image
