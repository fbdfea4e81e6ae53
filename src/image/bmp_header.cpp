#include "image/bmp_header.hpp"

#include <limits>

#include "image/byte_order.hpp"

namespace hazard::image {
namespace {

using domain::ErrorCode;
using domain::refuse;

constexpr std::size_t kFileHeaderBytes = 14;
constexpr std::size_t kInfoHeaderBytes = 40;
constexpr std::uint32_t kUncompressed = 0;

}  // namespace

domain::Result<BmpHeader> read_bmp_header(domain::ByteView bytes) {
  if (!holds(bytes, kFileHeaderBytes, 4)) return refuse(ErrorCode::undecodable_image, "The BMP is cut short: it has no header.");
  const std::size_t info_bytes = little_endian(bytes, kFileHeaderBytes, 4);
  if (info_bytes < kInfoHeaderBytes) {
    return refuse(ErrorCode::unsupported_format, "This BMP has an old header: save it as a 24-bit BMP or a JPEG.");
  }
  if (!holds(bytes, kFileHeaderBytes, info_bytes)) {
    return refuse(ErrorCode::undecodable_image, "The BMP is cut short: its header is incomplete.");
  }
  const auto width = static_cast<std::int32_t>(little_endian(bytes, kFileHeaderBytes + 4, 4));
  const auto height = static_cast<std::int32_t>(little_endian(bytes, kFileHeaderBytes + 8, 4));
  const std::uint32_t bits = little_endian(bytes, kFileHeaderBytes + 14, 2);
  const std::uint32_t compression = little_endian(bytes, kFileHeaderBytes + 16, 4);
  if (width <= 0 || height == 0 || height == std::numeric_limits<std::int32_t>::min()) {
    return refuse(ErrorCode::undecodable_image, "The BMP's header is damaged: it names no valid size.");
  }
  if ((bits != 24 && bits != 32) || compression != kUncompressed) {
    return refuse(ErrorCode::unsupported_format,
                  "Of BMP only uncompressed 24-bit and 32-bit pictures are read: send a JPEG or PNG.");
  }
  return BmpHeader{.size = {width, height < 0 ? -height : height},
                   .pixels_at = little_endian(bytes, 10, 4),
                   .bytes_per_pixel = bits / 8,
                   .bottom_up = height > 0};
}

}  // namespace hazard::image
