#include "image/exif.hpp"

#include "image/byte_order.hpp"

namespace hazard::image {
namespace {

constexpr std::uint32_t kOrientationTag = 0x0112;
constexpr std::uint32_t kTypeShort = 3;
constexpr std::size_t kEntryBytes = 12;

}  // namespace

int exif_orientation(domain::ByteView tiff) noexcept {
  const bool little = matches(tiff, 0, {"II*\0", 4});
  if (!little && !matches(tiff, 0, {"MM\0*", 4})) return 1;
  const auto number = [&](std::size_t at, std::size_t count) {
    return little ? little_endian(tiff, at, count) : big_endian(tiff, at, count);
  };

  if (!holds(tiff, 4, 4)) return 1;
  const std::size_t directory = number(4, 4);
  if (!holds(tiff, directory, 2)) return 1;
  const std::size_t entries = number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t at = directory + 2 + i * kEntryBytes;
    if (!holds(tiff, at, kEntryBytes)) return 1;
    if (number(at, 2) != kOrientationTag) continue;
    const std::uint32_t value = number(at + 8, 2);
    const bool well_formed = number(at + 2, 2) == kTypeShort && number(at + 4, 4) == 1 && value >= 1 && value <= 8;
    return well_formed ? static_cast<int>(value) : 1;
  }
  return 1;
}

}  // namespace hazard::image
