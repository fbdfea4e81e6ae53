#include "image/jpeg_decoder.hpp"

#include <string_view>

#include <turbojpeg.h>

#include "base/check.hpp"
#include "image/jpeg_header.hpp"

namespace hazard::image {
namespace {

using domain::ErrorCode;
using domain::refuse;
using domain::SizePx;

constexpr SizePx scaled_down(SizePx size, int divisor) noexcept {
  return {(size.width + divisor - 1) / divisor, (size.height + divisor - 1) / divisor};
}

// Powers of two only: the scales between have no vector code and are slower than the next larger one.
SizePx smallest_covering(SizePx stored, SizePx target) noexcept {
  for (const int divisor : {8, 4, 2}) {
    const SizePx scaled = scaled_down(stored, divisor);
    if (scaled.width >= target.width && scaled.height >= target.height) return scaled;
  }
  return stored;
}

// Some webcams pad the coded data before the end marker. Only the first warning is kept by the library, so when it is this
// one nothing went wrong before the end, and every pixel was decoded.
bool only_padded(tjhandle handle) noexcept {
  return std::string_view(tjGetErrorStr2(handle)).ends_with("extraneous bytes before marker 0xd9");
}

}  // namespace

JpegDecoder::JpegDecoder() : handle_(tjInitDecompress()) { HAZARD_CHECK(handle_ != nullptr); }

JpegDecoder::~JpegDecoder() { tjDestroy(handle_); }

domain::Result<void> JpegDecoder::decode(domain::ByteView bytes, SizePx stored, const domain::RgbView& target, RowSink& sink) {
  if (auto whole = check_jpeg_body(bytes, stored); !whole) return whole;
  if (auto same = check_header(bytes, stored); !same) return same;

  const SizePx scaled = smallest_covering(stored, target.size);
  if (scaled == target.size) return decode_scaled(bytes, scaled, target.row_bytes, TJPF_RGB, target.data);

  const auto width = static_cast<std::size_t>(scaled.width);
  const auto height = static_cast<std::size_t>(scaled.height);
  const bool far_larger = scaled.width >= 2 * target.size.width || scaled.height >= 2 * target.size.height;
  if (far_larger) {  // beyond 1/8: bilinear would skip pixels
    std::uint8_t* rgb = pixels_.room(3 * width * height);
    if (auto done = decode_scaled(bytes, scaled, 3 * width, TJPF_RGB, rgb); !done) return done;
    sink.begin(scaled, target);
    for (std::size_t y = 0; y < height; ++y) sink.push(rgb + 3 * width * y);
    sink.finish();
    return {};
  }
  std::uint8_t* bgrx = pixels_.room(4 * width * height);
  if (auto done = decode_scaled(bytes, scaled, 4 * width, TJPF_BGRX, bgrx); !done) return done;
  scaler_.scale(bgrx, scaled, 4 * width, target);
  return {};
}

// The library must see the same picture as our own walk of the markers did: if it saw a smaller one it would leave part of
// the target as it was, and an earlier picture would show there. Its status is not asked: it also reports a chroma layout
// that it has no name for, after it filled the size in, and decodes such a picture all the same.
domain::Result<void> JpegDecoder::check_header(domain::ByteView bytes, SizePx stored) {
  SizePx seen;
  int subsampling = 0;
  int colours = 0;
  (void)tjDecompressHeader3(handle_, bytes.data(), bytes.size(), &seen.width, &seen.height, &subsampling, &colours);
  if (seen != stored) return refuse(ErrorCode::undecodable_image, "The JPEG's header is damaged.");
  return {};
}

domain::Result<void> JpegDecoder::decode_scaled(domain::ByteView bytes, SizePx scaled, std::size_t row_bytes, int pixel_format,
                                                std::uint8_t* to) {
  // Warnings count as failures: a cut or damaged picture is half grey, and a verdict on it would be a guess.
  const int status = tjDecompress2(handle_, bytes.data(), bytes.size(), to, scaled.width, static_cast<int>(row_bytes),
                                   scaled.height, pixel_format, TJFLAG_LIMITSCANS);
  if (status != 0 && !only_padded(handle_)) {
    return refuse(ErrorCode::undecodable_image, "The JPEG is damaged or cut short.");
  }
  return {};
}

void JpegDecoder::trim(std::size_t bytes_kept) noexcept {
  pixels_.trim(bytes_kept);
  scaler_.trim(bytes_kept);
}

}  // namespace hazard::image
