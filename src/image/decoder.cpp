#include "image/decoder.hpp"

#include <cstring>
#include <utility>

#include "base/check.hpp"
#include "image/bmp_decoder.hpp"
#include "image/flatten.hpp"
#include "image/jpeg_decoder.hpp"
#include "image/orient.hpp"
#include "image/png_decoder.hpp"
#include "image/resample.hpp"
#include "image/scratch.hpp"
#include "image/webp_decoder.hpp"

namespace hazard::image {
namespace {

// A 1080p frame at half scale needs 2 MiB and its full decode 8; what a single huge picture needed is given back.
constexpr std::size_t kScratchBytesKept = 8 * 1024 * 1024;

domain::RgbView content_of(const domain::RgbView& target, const domain::Letterbox& letterbox) noexcept {
  return {target.row(letterbox.top) + 3 * static_cast<std::size_t>(letterbox.left), letterbox.content, target.row_bytes};
}

void fill_bars(const domain::RgbView& target, const domain::Letterbox& letterbox) noexcept {
  const auto fill = [&](int y, int from, int to) {
    std::memset(target.row(y) + 3 * static_cast<std::size_t>(from), kBarGrey, 3 * static_cast<std::size_t>(to - from));
  };
  const int right = letterbox.left + letterbox.content.width;
  const int bottom = letterbox.top + letterbox.content.height;
  for (int y = 0; y < target.size.height; ++y) {
    if (y < letterbox.top || y >= bottom) {
      fill(y, 0, target.size.width);
    } else {
      fill(y, 0, letterbox.left);
      fill(y, right, target.size.width);
    }
  }
}

}  // namespace

struct Decoder::State {
  JpegDecoder jpeg;
  RowSink sink;
  Scratch pixels;    // of the formats that have no decoder object
  Scratch sideways;  // the scaled picture before it is turned upright

  // The stored picture, scaled to the view's size.
  domain::Result<void> decode_into(domain::ByteView bytes, const PictureHeader& header, const domain::RgbView& view) {
    switch (header.format) {
      case Format::jpeg: return jpeg.decode(bytes, header.stored, view, sink);
      case Format::png: return decode_png(bytes, header.stored, view, sink, pixels);
      case Format::webp: return decode_webp(bytes, header.stored, view, sink, pixels);
      case Format::bmp: return decode_bmp(bytes, view, sink, pixels);
    }
    HAZARD_CHECK(false);
    return {};
  }

  // Scaled first and turned after, so that only the few pixels that are kept are turned.
  domain::Result<void> decode_upright(domain::ByteView bytes, const PictureHeader& header, int orientation,
                                      const domain::RgbView& view) {
    if (orientation == 1) return decode_into(bytes, header, view);
    const domain::SizePx size = turned(view.size, orientation);  // turning back swaps the axes the same way
    const std::size_t row_bytes = 3 * static_cast<std::size_t>(size.width);
    const domain::RgbView lying{sideways.room(row_bytes * static_cast<std::size_t>(size.height)), size, row_bytes};
    auto done = decode_into(bytes, header, lying);
    if (done) orient(lying, orientation, view);
    return done;
  }

  void trim() noexcept {
    jpeg.trim(kScratchBytesKept);
    sink.trim(kScratchBytesKept);
    pixels.trim(kScratchBytesKept);
    sideways.trim(kScratchBytesKept);
  }
};

Decoder::Decoder() : state_(std::make_unique<State>()) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

domain::Result<Decoded> Decoder::decode_letterboxed(domain::ByteView bytes, const domain::RgbView& target,
                                                    OrientationPolicy policy) {
  HAZARD_CHECK(target.data != nullptr && target.size.width > 0 && target.size.height > 0);
  const auto header = probe(bytes);
  if (!header) return std::unexpected(header.error());
  const int orientation = policy == OrientationPolicy::apply ? header->orientation : 1;
  const auto letterbox = domain::Letterbox::fit(turned(header->stored, orientation), target.size);

  auto done = state_->decode_upright(bytes, *header, orientation, content_of(target, letterbox));
  state_->trim();
  if (!done) return std::unexpected(std::move(done).error());
  fill_bars(target, letterbox);
  return Decoded{.letterbox = letterbox, .orientation_applied = orientation != 1};
}

domain::Result<domain::RgbPicture> Decoder::decode(domain::ByteView bytes, OrientationPolicy policy) {
  const auto header = probe(bytes);
  if (!header) return std::unexpected(header.error());
  const int orientation = policy == OrientationPolicy::apply ? header->orientation : 1;

  domain::RgbPicture picture(turned(header->stored, orientation));
  auto done = state_->decode_upright(bytes, *header, orientation, picture.view());
  state_->trim();
  if (!done) return std::unexpected(std::move(done).error());
  return picture;
}

}  // namespace hazard::image
