// The header readers of all four formats, and the EXIF walk: whatever is accepted has a size within the budget.
#include "base/check.hpp"
#include "image/decoder.hpp"
#include "image/exif.hpp"
#include "image/jpeg_header.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hazard;
  const domain::ByteView bytes(data, size);
  const int orientation = image::exif_orientation(bytes);
  HAZARD_CHECK(orientation >= 1 && orientation <= 8);

  const auto header = image::probe(bytes);
  if (!header) {
    HAZARD_CHECK(!header.error().message.empty());
    return 0;
  }
  const auto [width, height] = header->stored;
  HAZARD_CHECK(width > 0 && height > 0 && std::int64_t{width} * height <= domain::kPicturePixelsMax);
  HAZARD_CHECK(header->orientation >= 1 && header->orientation <= 8);
  const bool turned = header->orientation >= 5;
  HAZARD_CHECK(header->upright.width == (turned ? height : width) && header->upright.height == (turned ? width : height));
  if (header->format == image::Format::jpeg) (void)image::check_jpeg_body(bytes, header->stored);
  return 0;
}
