// JPEG to RGB at the size that is asked for. One per thread: it owns a libjpeg-turbo handle and scratch memory.
#pragma once

#include <memory>

#include "domain/error.hpp"
#include "domain/frame.hpp"
#include "domain/picture.hpp"
#include "image/resample.hpp"
#include "image/scratch.hpp"

namespace hazard::image {

class JpegDecoder {
 public:
  JpegDecoder();
  ~JpegDecoder();
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;

  // `stored` is what probe() read. Decoded at the largest of 1/1, 1/2, 1/4, 1/8 that still covers the target: at that
  // scale the inverse DCT itself leaves the pixels out, which is cheaper and smoother than decoding and shrinking.
  // Errors: undecodable_image (damaged, cut short), unsupported_format (too many scans).
  domain::Result<void> decode(domain::ByteView bytes, domain::SizePx stored, const domain::RgbView& target, RowSink& sink);
  void trim(std::size_t bytes_kept) noexcept;

 private:
  domain::Result<void> check_header(domain::ByteView bytes, domain::SizePx stored);
  domain::Result<void> decode_scaled(domain::ByteView bytes, domain::SizePx scaled, std::size_t row_bytes, int pixel_format,
                                     std::uint8_t* to);

  void* handle_;
  Scratch pixels_;
  BgrxScaler scaler_;
};

}  // namespace hazard::image
