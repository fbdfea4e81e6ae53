// probe() of image/decoder.hpp: the format by its first bytes, then the header, then the pixel budget. Nothing is allocated.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "image/bmp_header.hpp"
#include "image/byte_order.hpp"
#include "image/decoder.hpp"
#include "image/jpeg_header.hpp"
#include "image/orient.hpp"
#include "image/png_header.hpp"
#include "image/webp_header.hpp"

namespace hazard::image {
namespace {

using domain::ErrorCode;
using domain::refuse;

// The longest side a JPEG can have. PNG and BMP could name longer ones, but no camera makes them.
constexpr int kSidePxMost = 65'535;

struct Magic {
  std::size_t at;
  std::string_view bytes;
  std::string_view name;
};

// Known formats that are refused: their names make a better answer than "unknown".
constexpr std::array kForeign{
    Magic{0, "GIF8", "a GIF"},
    Magic{0, {"II*\0", 4}, "a TIFF"},
    Magic{0, {"MM\0*", 4}, "a TIFF"},
    Magic{4, "ftypavif", "an AVIF"},
    Magic{4, "ftyphei", "an HEIC"},
    Magic{4, "ftypmif1", "an HEIC"},
    Magic{4, "ftyp", "a video"},
    Magic{0, "%PDF", "a PDF"},
    Magic{0, "<svg", "an SVG"},
    Magic{0, "<?xml", "an XML"},
    Magic{0, "\x1A\x45\xDF\xA3", "a video"},
    Magic{0, "data:", "a data address (send only the part after its comma, decoded)"},
};

std::unexpected<domain::Error> unknown_format(domain::ByteView bytes) {
  if (bytes.empty()) return refuse(ErrorCode::undecodable_image, "The picture is empty.");
  const auto known = std::ranges::find_if(kForeign, [&](const Magic& magic) { return matches(bytes, magic.at, magic.bytes); });
  if (known == kForeign.end()) {
    return refuse(ErrorCode::unsupported_format, "These bytes are not a JPEG, PNG, WebP or BMP picture.");
  }
  return refuse(ErrorCode::unsupported_format,
                fmt::format("This is {} file: send a JPEG, PNG, WebP or BMP picture.", known->name));
}

template <typename Header>
domain::Result<PictureHeader> describe(Format format, domain::Result<Header> header) {
  if (!header) return std::unexpected(std::move(header).error());
  PictureHeader picture{.format = format, .stored = header->size, .upright = header->size, .orientation = 1};
  if constexpr (requires { header->orientation; }) {
    picture.orientation = header->orientation;
    picture.upright = turned(picture.stored, picture.orientation);
  }
  return picture;
}

domain::Result<PictureHeader> read_header(domain::ByteView bytes) {
  const auto format = format_of(bytes);
  if (!format) return unknown_format(bytes);
  switch (*format) {
    case Format::jpeg: return describe(Format::jpeg, read_jpeg_header(bytes));
    case Format::png: return describe(Format::png, read_png_header(bytes));
    case Format::webp: return describe(Format::webp, read_webp_header(bytes));
    case Format::bmp: return describe(Format::bmp, read_bmp_header(bytes));
  }
  return unknown_format(bytes);
}

}  // namespace

std::string_view to_string(Format format) noexcept {
  constexpr std::array<std::string_view, 4> kNames{"jpeg", "png", "webp", "bmp"};
  return kNames[static_cast<std::size_t>(format)];
}

std::optional<Format> format_of(domain::ByteView bytes) noexcept {
  if (matches(bytes, 0, "\xFF\xD8\xFF")) return Format::jpeg;
  if (matches(bytes, 0, "\x89PNG\r\n\x1A\n")) return Format::png;
  if (matches(bytes, 0, "RIFF") && matches(bytes, 8, "WEBP")) return Format::webp;
  if (matches(bytes, 0, "BM")) return Format::bmp;
  return std::nullopt;
}

domain::Result<PictureHeader> probe(domain::ByteView bytes, std::int64_t pixels_max) {
  auto header = read_header(bytes);
  if (!header) return header;
  const auto [width, height] = header->stored;
  if (width > kSidePxMost || height > kSidePxMost) {
    return refuse(ErrorCode::image_too_large,
                  fmt::format("The picture is {} x {} pixels; a side may have at most {}.", width, height, kSidePxMost));
  }
  if (std::int64_t{width} * height > pixels_max) {
    return refuse(ErrorCode::image_too_large,
                  fmt::format("The picture has {} x {} pixels, more than the {} allowed.", width, height, pixels_max));
  }
  return header;
}

}  // namespace hazard::image
