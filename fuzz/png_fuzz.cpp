// PNG pictures through the decoder: as they are, and with every chunk's checksum made right, or no changed byte would ever
// get past it.
#include <algorithm>

#include <zlib.h>

#include "image/byte_order.hpp"
#include "picture_fuzz.hpp"

namespace {

void repair_checksums(hazard::domain::Bytes& bytes) {
  using hazard::image::big_endian;
  using hazard::image::holds;
  for (std::size_t at = 8; holds(bytes, at, 12);) {
    const std::size_t length = big_endian(bytes, at, 4);
    if (!holds(bytes, at, 12 + length)) return;
    const auto crc = static_cast<std::uint32_t>(crc32(0, bytes.data() + at + 4, static_cast<uInt>(4 + length)));
    for (std::size_t i = 0; i < 4; ++i) bytes[at + 8 + length + i] = static_cast<std::uint8_t>(crc >> (24 - 8 * i));
    at += 12 + length;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hazard::domain::Bytes bytes(data, data + size);
  hazard::fuzz::decode_as(hazard::image::Format::png, bytes);
  repair_checksums(bytes);
  hazard::fuzz::decode_as(hazard::image::Format::png, bytes);
  return 0;
}
