#include "image/webp_decoder.hpp"

#include <webp/decode.h>

#include "image/flatten.hpp"
#include "image/webp_header.hpp"

namespace hazard::image {

domain::Result<void> decode_webp(domain::ByteView bytes, domain::SizePx stored, const domain::RgbView& target, RowSink& sink,
                                 Scratch& pixels) {
  const auto damaged = [] { return domain::refuse(domain::ErrorCode::undecodable_image, "The WebP is damaged or cut short."); };
  // The library finishes a picture whose last bytes are missing if it happens not to need them.
  const auto header = read_webp_header(bytes);
  if (!header || header->bytes > bytes.size()) return damaged();
  const domain::ByteView file = bytes.first(header->bytes);

  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0) return damaged();
  if (WebPGetFeatures(file.data(), file.size(), &config.input) != VP8_STATUS_OK) return damaged();
  if (domain::SizePx{config.input.width, config.input.height} != stored || config.input.has_animation != 0) return damaged();

  // Decoded at full size: the library's own scaler takes longer than a full decode.
  const bool has_alpha = config.input.has_alpha != 0;
  const bool direct = !has_alpha && stored == target.size;
  const auto width = static_cast<std::size_t>(stored.width);
  const auto height = static_cast<std::size_t>(stored.height);
  const std::size_t pixel_bytes = has_alpha ? 4 : 3;
  const std::size_t row_bytes = direct ? target.row_bytes : pixel_bytes * width;
  std::uint8_t* decoded = direct ? target.data : pixels.room(row_bytes * height);

  config.output.colorspace = has_alpha ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = decoded;
  config.output.u.RGBA.stride = static_cast<int>(row_bytes);
  config.output.u.RGBA.size = row_bytes * (height - 1) + pixel_bytes * width;
  const VP8StatusCode status = WebPDecode(file.data(), file.size(), &config);
  WebPFreeDecBuffer(&config.output);
  if (status != VP8_STATUS_OK) return damaged();
  if (direct) return {};

  sink.begin(stored, target);
  for (std::size_t y = 0; y < height; ++y) {
    std::uint8_t* row = decoded + row_bytes * y;
    if (has_alpha) flatten(row, width, row);
    sink.push(row);
  }
  sink.finish();
  return {};
}

}  // namespace hazard::image
