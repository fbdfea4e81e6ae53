#include "image/jpeg_header.hpp"

#include <cstring>
#include <utility>

#include "domain/limits.hpp"
#include "image/byte_order.hpp"
#include "image/exif.hpp"

namespace hazard::image {
namespace {

using domain::ErrorCode;
using domain::refuse;

enum Marker : std::uint8_t {
  kSof0 = 0xC0,
  kSof2 = 0xC2,
  kDht = 0xC4,
  kJpg = 0xC8,
  kDac = 0xCC,
  kSof15 = 0xCF,
  kRst0 = 0xD0,
  kRst7 = 0xD7,
  kSoi = 0xD8,
  kEoi = 0xD9,
  kSos = 0xDA,
  kApp1 = 0xE1,
  kTem = 0x01,
};

// Encoders write about 10 scans; the largest sensible script (each component, each refinement alone) stays under 64.
constexpr int kScansMost = 64;
// A large picture gets fewer: scans times pixels is the decoder's work, and 16 scans of the largest picture bound it.
constexpr std::int64_t kScannedPixelsMost = 16 * domain::kPicturePixelsMax;
// Even a blank picture needs one bit for each block of 64 pixels (its DC code), which is 512 pixels in a byte.
constexpr std::int64_t kPixelsPerByteMost = 512;

bool stands_alone(std::uint8_t marker) noexcept { return marker == kTem || (marker >= kRst0 && marker <= kRst7); }

bool is_frame_header(std::uint8_t marker) noexcept {
  return marker >= kSof0 && marker <= kSof15 && marker != kDht && marker != kJpg && marker != kDac;
}

// One step of the walk: a marker, and the bytes of its segment after the length field.
struct Segment {
  std::uint8_t marker = 0;
  domain::ByteView body;
};

class MarkerWalk {
 public:
  explicit MarkerWalk(domain::ByteView bytes) : bytes_(bytes) {}

  // False at the end of the bytes or where no marker stands.
  bool next(Segment& segment) noexcept {
    if (!holds(bytes_, at_, 2) || bytes_[at_] != 0xFF) return false;
    while (at_ + 1 < bytes_.size() && bytes_[at_ + 1] == 0xFF) ++at_;  // fill bytes are allowed before a marker
    if (!holds(bytes_, at_, 2) || bytes_[at_ + 1] == 0) return false;
    segment = {bytes_[at_ + 1], {}};
    at_ += 2;
    if (stands_alone(segment.marker) || segment.marker == kEoi || segment.marker == kSoi) return true;
    if (!holds(bytes_, at_, 2)) return false;
    const std::size_t length = big_endian(bytes_, at_, 2);
    if (length < 2 || !holds(bytes_, at_, length)) return false;
    segment.body = bytes_.subspan(at_ + 2, length - 2);
    at_ += length;
    return true;
  }

  // Steps over the coded data that follows a scan header, to the next marker or the end of the bytes.
  void skip_coded_data() noexcept {
    while (at_ < bytes_.size()) {
      const void* found = std::memchr(bytes_.data() + at_, 0xFF, bytes_.size() - at_);
      if (found == nullptr) break;
      at_ = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes_.data());
      if (!holds(bytes_, at_, 2)) break;
      const std::uint8_t next = bytes_[at_ + 1];
      if (next == 0xFF) {
        ++at_;
      } else if (next == 0 || (next >= kRst0 && next <= kRst7)) {
        at_ += 2;
      } else {
        return;
      }
    }
    at_ = bytes_.size();
  }

 private:
  domain::ByteView bytes_;
  std::size_t at_ = 2;  // after the SOI that the sniffer saw
};

domain::Result<domain::SizePx> read_frame_header(const Segment& segment) {
  if (segment.marker > kSof2) {
    return refuse(ErrorCode::unsupported_format,
                  "This JPEG uses lossless or arithmetic coding: send a baseline or progressive JPEG.");
  }
  if (segment.body.size() < 6) return refuse(ErrorCode::undecodable_image, "The JPEG's frame header is cut short.");
  const std::uint32_t bits = segment.body[0];
  const std::uint32_t height = big_endian(segment.body, 1, 2);
  const std::uint32_t width = big_endian(segment.body, 3, 2);
  const std::uint32_t components = segment.body[5];
  if (bits != 8)
    return refuse(ErrorCode::unsupported_format, "This JPEG does not have 8 bits per sample: send an ordinary 8-bit JPEG.");
  if (components == 4) {
    return refuse(ErrorCode::unsupported_format, "This JPEG is in print colours (CMYK): send it in RGB or greyscale.");
  }
  if (components != 1 && components != 3) {
    return refuse(ErrorCode::unsupported_format, "This JPEG is neither colour nor greyscale: send it in RGB or greyscale.");
  }
  if (segment.body.size() != 6 + 3 * components || width == 0 || height == 0) {
    return refuse(ErrorCode::undecodable_image, "The JPEG's frame header is damaged.");
  }
  return domain::SizePx{static_cast<int>(width), static_cast<int>(height)};
}

}  // namespace

domain::Result<JpegHeader> read_jpeg_header(domain::ByteView bytes) {
  constexpr std::string_view kExifMark{"Exif\0\0", 6};
  JpegHeader header;
  bool exif_seen = false;
  MarkerWalk walk(bytes);
  for (Segment segment; walk.next(segment);) {
    if (is_frame_header(segment.marker)) {
      auto size = read_frame_header(segment);
      if (!size) return std::unexpected(std::move(size).error());
      header.size = *size;
      return header;
    }
    if (segment.marker == kSos || segment.marker == kEoi || segment.marker == kSoi) break;
    if (segment.marker == kApp1 && !exif_seen && matches(segment.body, 0, kExifMark)) {
      header.exif = segment.body.subspan(kExifMark.size());
      header.orientation = exif_orientation(header.exif);
      exif_seen = true;
    }
  }
  return refuse(ErrorCode::undecodable_image, "The JPEG is damaged or cut short: it has no frame header.");
}

domain::Result<void> check_jpeg_body(domain::ByteView bytes, domain::SizePx size) {
  const std::int64_t pixels = std::int64_t{size.width} * size.height;
  if (std::ssize(bytes) * kPixelsPerByteMost < pixels) {
    return refuse(ErrorCode::undecodable_image, "The JPEG has too few bytes for its size in pixels.");
  }
  int scans = 0;
  MarkerWalk walk(bytes);
  for (Segment segment; walk.next(segment);) {
    if (segment.marker == kEoi) {
      if (scans == 0) return refuse(ErrorCode::undecodable_image, "The JPEG holds no picture data.");
      return {};
    }
    if (segment.marker != kSos) continue;
    ++scans;
    if (scans > kScansMost || scans * pixels > kScannedPixelsMost) {
      return refuse(ErrorCode::unsupported_format, "This progressive JPEG has too many scans: save it as an ordinary JPEG.");
    }
    walk.skip_coded_data();
  }
  return refuse(ErrorCode::undecodable_image, "The JPEG is damaged or cut short: its end marker is missing.");
}

}  // namespace hazard::image
