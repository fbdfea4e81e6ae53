#include "image/bmp_decoder.hpp"

#include <utility>

#include "image/bmp_header.hpp"
#include "image/byte_order.hpp"

namespace hazard::image {

domain::Result<void> decode_bmp(domain::ByteView bytes, const domain::RgbView& target, RowSink& sink, Scratch& pixels) {
  auto header = read_bmp_header(bytes);
  if (!header) return std::unexpected(std::move(header).error());
  const auto width = static_cast<std::size_t>(header->size.width);
  const auto height = static_cast<std::size_t>(header->size.height);
  const std::size_t row_bytes = (width * header->bytes_per_pixel + 3) / 4 * 4;  // rows are padded to 4 bytes
  // Some writers leave out the padding of the very last row.
  const std::size_t least = row_bytes * (height - 1) + width * header->bytes_per_pixel;
  if (!holds(bytes, header->pixels_at, least)) {
    return domain::refuse(domain::ErrorCode::undecodable_image, "The BMP is damaged or cut short.");
  }

  std::uint8_t* row = pixels.room(3 * width);
  sink.begin(header->size, target);
  for (std::size_t y = 0; y < height; ++y) {
    const std::size_t stored_row = header->bottom_up ? height - 1 - y : y;
    const std::uint8_t* from = bytes.data() + header->pixels_at + row_bytes * stored_row;
    for (std::size_t x = 0; x < width; ++x, from += header->bytes_per_pixel) {
      row[3 * x] = from[2];
      row[3 * x + 1] = from[1];
      row[3 * x + 2] = from[0];
    }
    sink.push(row);
  }
  sink.finish();
  return {};
}

}  // namespace hazard::image
