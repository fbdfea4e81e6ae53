// Pictures that the tests of this folder make for themselves, and their encoded forms in every kind the decoder must know.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <png.h>
#include <turbojpeg.h>
#include <webp/encode.h>

#include "base/check.hpp"
#include "domain/frame.hpp"
#include "domain/picture.hpp"

namespace hazard::image::testing {

using domain::Bytes;
using domain::RgbPicture;
using domain::RgbView;
using domain::SizePx;

inline std::uint8_t* pixel(RgbPicture& picture, int x, int y) { return picture.view().row(y) + 3 * x; }

// Waves of several lengths with a little seeded noise: detail at all scales, as asphalt has, but no aliasing edge.
inline RgbPicture textured(SizePx size, std::uint32_t seed = 1) {
  RgbPicture picture(size);
  std::uint32_t state = seed * 2654435761U + 1;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      state = state * 1664525U + 1013904223U;
      const double noise = static_cast<double>(state >> 24) / 255.0 - 0.5;
      const double wave =
          std::sin(x * 0.021 + y * 0.013) + 0.5 * std::sin(x * 0.13 - y * 0.07) + 0.25 * std::sin(x * 0.4 + y * 0.5);
      for (int c = 0; c < 3; ++c) {
        const double value = 110 + 12 * c + 45 * wave + 10 * std::cos(0.01 * (c + 1) * (x - y)) + 12 * noise;
        pixel(picture, x, y)[c] = static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
      }
    }
  }
  return picture;
}

inline RgbPicture flat(SizePx size, std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
  RgbPicture picture(size);
  for (std::size_t i = 0; i < picture.pixels.size(); i += 3) {
    picture.pixels[i] = red;
    picture.pixels[i + 1] = green;
    picture.pixels[i + 2] = blue;
  }
  return picture;
}

// Four quarters: red, green / blue, white. Tells every orientation from every other.
inline RgbPicture quarters(SizePx size) {
  RgbPicture picture(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const bool right = 2 * x >= size.width;
      const bool low = 2 * y >= size.height;
      pixel(picture, x, y)[0] = right == low ? 255 : 0;
      pixel(picture, x, y)[1] = right ? 255 : 0;
      pixel(picture, x, y)[2] = low ? 255 : 0;
    }
  }
  return picture;
}

// Over all samples of two pictures of one size, in dB.
inline double psnr(const RgbPicture& a, const RgbPicture& b) {
  HAZARD_CHECK(a.size == b.size);
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    const double difference = static_cast<double>(a.pixels[i]) - b.pixels[i];
    sum += difference * difference;
  }
  return sum == 0 ? 100.0 : 10 * std::log10(255.0 * 255.0 * static_cast<double>(a.pixels.size()) / sum);
}

inline Bytes jpeg(RgbPicture picture, int quality = 90, int subsampling = TJSAMP_420, int flags = 0) {
  tjhandle handle = tjInitCompress();
  unsigned char* output = nullptr;
  unsigned long bytes = 0;
  HAZARD_CHECK(tjCompress2(handle, picture.pixels.data(), picture.size.width, 0, picture.size.height, TJPF_RGB, &output, &bytes,
                           subsampling, quality, flags) == 0);
  Bytes result(output, output + bytes);
  tjFree(output);
  tjDestroy(handle);
  return result;
}

// In print colours; the library marks it with an Adobe segment as photo tools do.
inline Bytes cmyk_jpeg(SizePx size) {
  tjhandle handle = tjInitCompress();
  std::vector<std::uint8_t> pixels(4 * static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height), 90);
  unsigned char* output = nullptr;
  unsigned long bytes = 0;
  HAZARD_CHECK(tjCompress2(handle, pixels.data(), size.width, 0, size.height, TJPF_CMYK, &output, &bytes, TJSAMP_444, 90, 0) ==
               0);
  Bytes result(output, output + bytes);
  tjFree(output);
  tjDestroy(handle);
  return result;
}

struct PngOptions {
  int color_type = PNG_COLOR_TYPE_RGB;
  int bit_depth = 8;
  int interlace = PNG_INTERLACE_NONE;
  std::vector<std::uint8_t> transparent_palette_entries;
};

// `rows` holds the samples as the PNG stores them, `row_bytes` apart. A palette picture gets the palette
// i -> (i, 255 - i, 128) with as many entries as its depth allows.
inline Bytes png(const std::vector<std::uint8_t>& rows, SizePx size, std::size_t row_bytes, const PngOptions& options = {}) {
  Bytes result;
  png_structp writer = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(writer);
  png_set_write_fn(
      writer, &result,
      [](png_structp png, png_bytep data, std::size_t count) {
        auto& bytes = *static_cast<Bytes*>(png_get_io_ptr(png));
        bytes.insert(bytes.end(), data, data + count);
      },
      nullptr);
  png_set_IHDR(writer, info, static_cast<png_uint_32>(size.width), static_cast<png_uint_32>(size.height), options.bit_depth,
               options.color_type, options.interlace, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (options.color_type == PNG_COLOR_TYPE_PALETTE) {
    std::vector<png_color> palette;
    for (int i = 0; i < 1 << options.bit_depth; ++i) {
      palette.push_back({static_cast<png_byte>(i), static_cast<png_byte>(255 - i), 128});
    }
    png_set_PLTE(writer, info, palette.data(), static_cast<int>(palette.size()));
    if (!options.transparent_palette_entries.empty()) {
      png_set_tRNS(writer, info, options.transparent_palette_entries.data(),
                   static_cast<int>(options.transparent_palette_entries.size()), nullptr);
    }
  }
  png_write_info(writer, info);
  const int passes = png_set_interlace_handling(writer);
  for (int pass = 0; pass < passes; ++pass) {
    for (int y = 0; y < size.height; ++y) png_write_row(writer, rows.data() + static_cast<std::size_t>(y) * row_bytes);
  }
  png_write_end(writer, nullptr);
  png_destroy_write_struct(&writer, &info);
  return result;
}

inline Bytes png(const RgbPicture& picture, int interlace = PNG_INTERLACE_NONE) {
  return png(picture.pixels, picture.size, 3 * static_cast<std::size_t>(picture.size.width), {.interlace = interlace});
}

inline void append_big_endian(Bytes& bytes, std::uint32_t value, int count) {
  for (int i = count - 1; i >= 0; --i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

inline void append_little_endian(Bytes& bytes, std::uint32_t value, int count) {
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

inline void append(Bytes& bytes, std::string_view text) { bytes.insert(bytes.end(), text.begin(), text.end()); }

// Puts a chunk with a right checksum after the IHDR.
inline Bytes with_png_chunk(Bytes file, std::string_view type, const Bytes& body) {
  Bytes chunk;
  append_big_endian(chunk, static_cast<std::uint32_t>(body.size()), 4);
  append(chunk, type);
  chunk.insert(chunk.end(), body.begin(), body.end());
  std::uint32_t crc = 0xFFFF'FFFF;
  for (std::size_t i = 4; i < chunk.size(); ++i) {
    crc ^= chunk[i];
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB8'8320 : crc >> 1;
  }
  append_big_endian(chunk, ~crc, 4);
  file.insert(file.begin() + 33, chunk.begin(), chunk.end());
  return file;
}

inline Bytes webp(const RgbPicture& picture, bool lossless = false) {
  std::uint8_t* output = nullptr;
  const int row_bytes = 3 * picture.size.width;
  const std::size_t bytes =
      lossless ? WebPEncodeLosslessRGB(picture.pixels.data(), picture.size.width, picture.size.height, row_bytes, &output)
               : WebPEncodeRGB(picture.pixels.data(), picture.size.width, picture.size.height, row_bytes, 90, &output);
  HAZARD_CHECK(bytes > 0);
  Bytes result(output, output + bytes);
  WebPFree(output);
  return result;
}

inline Bytes webp_rgba(const std::vector<std::uint8_t>& pixels, SizePx size) {
  std::uint8_t* output = nullptr;
  const std::size_t bytes = WebPEncodeLosslessRGBA(pixels.data(), size.width, size.height, 4 * size.width, &output);
  HAZARD_CHECK(bytes > 0);
  Bytes result(output, output + bytes);
  WebPFree(output);
  return result;
}

// Wraps a simple WebP into the extended form with the given flags and chunks after its picture.
inline Bytes extended_webp(const Bytes& simple, SizePx size, std::uint8_t flags, std::string_view type = {},
                           const Bytes& body = {}) {
  Bytes chunks;
  append(chunks, "VP8X");
  append_little_endian(chunks, 10, 4);
  append_little_endian(chunks, flags, 4);
  append_little_endian(chunks, static_cast<std::uint32_t>(size.width - 1), 3);
  append_little_endian(chunks, static_cast<std::uint32_t>(size.height - 1), 3);
  chunks.insert(chunks.end(), simple.begin() + 12, simple.end());
  if (!type.empty()) {
    append(chunks, type);
    append_little_endian(chunks, static_cast<std::uint32_t>(body.size()), 4);
    chunks.insert(chunks.end(), body.begin(), body.end());
    if (body.size() % 2 == 1) chunks.push_back(0);
  }
  Bytes file;
  append(file, "RIFF");
  append_little_endian(file, static_cast<std::uint32_t>(chunks.size() + 4), 4);
  append(file, "WEBP");
  file.insert(file.end(), chunks.begin(), chunks.end());
  return file;
}

struct BmpOptions {
  std::uint32_t bits = 24;
  bool top_down = false;
  std::uint32_t compression = 0;
  std::uint32_t header_bytes = 40;
};

inline Bytes bmp(RgbPicture picture, const BmpOptions& options = {}) {
  const auto [width, height] = picture.size;
  const std::size_t pixel_bytes = options.bits / 8;
  const std::size_t row_bytes = (static_cast<std::size_t>(width) * pixel_bytes + 3) / 4 * 4;
  Bytes file;
  append(file, "BM");
  append_little_endian(file, static_cast<std::uint32_t>(14 + options.header_bytes + row_bytes * static_cast<std::size_t>(height)),
                       4);
  append_little_endian(file, 0, 4);
  append_little_endian(file, 14 + options.header_bytes, 4);
  append_little_endian(file, options.header_bytes, 4);
  append_little_endian(file, static_cast<std::uint32_t>(width), 4);
  append_little_endian(file, static_cast<std::uint32_t>(options.top_down ? -height : height), 4);
  append_little_endian(file, 1, 2);
  append_little_endian(file, options.bits, 2);
  append_little_endian(file, options.compression, 4);
  file.resize(14 + options.header_bytes);
  for (int i = 0; i < height; ++i) {
    const int y = options.top_down ? i : height - 1 - i;
    const std::size_t row_at = file.size();
    for (int x = 0; x < width; ++x) {
      const std::uint8_t* from = pixel(picture, x, y);
      for (std::size_t c = 0; c < pixel_bytes; ++c) file.push_back(c < 3 ? from[2 - c] : 0);
    }
    file.resize(row_at + row_bytes);
  }
  return file;
}

// A TIFF block with `orientation` as the only entry of its first directory.
inline Bytes exif(std::uint32_t orientation, bool little = true) {
  Bytes block;
  const auto number = [&](std::uint32_t value, int count) {
    little ? append_little_endian(block, value, count) : append_big_endian(block, value, count);
  };
  append(block, little ? "II" : "MM");
  number(42, 2);
  number(8, 4);
  number(1, 2);
  number(0x0112, 2);
  number(3, 2);
  number(1, 4);
  number(orientation, 2);
  number(0, 2);
  number(0, 4);
  return block;
}

// Puts a segment right after the JPEG's first marker.
inline Bytes with_jpeg_segment(Bytes file, std::uint8_t marker, const Bytes& body) {
  Bytes segment{0xFF, marker};
  append_big_endian(segment, static_cast<std::uint32_t>(body.size() + 2), 2);
  segment.insert(segment.end(), body.begin(), body.end());
  file.insert(file.begin() + 2, segment.begin(), segment.end());
  return file;
}

inline Bytes with_exif(Bytes file, const Bytes& tiff) {
  Bytes body;
  append(body, {"Exif\0\0", 6});
  body.insert(body.end(), tiff.begin(), tiff.end());
  return with_jpeg_segment(std::move(file), 0xE1, body);
}

}  // namespace hazard::image::testing
