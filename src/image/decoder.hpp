// Turns a stranger's picture bytes into pixels: JPEG, PNG, WebP, BMP, told apart by their first bytes, never by their label.
// Called by workers, one Decoder per thread (it owns codec handles and scratch memory, reused from frame to frame).
// Dimensions are read and checked before anything is allocated. A damaged or truncated picture is refused, never half drawn.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "domain/error.hpp"
#include "domain/frame.hpp"
#include "domain/geometry.hpp"
#include "domain/limits.hpp"
#include "domain/picture.hpp"

namespace hazard::image {

enum class Format : std::uint8_t { jpeg, png, webp, bmp };
std::string_view to_string(Format format) noexcept;

// EXIF orientation (tag 0x0112), 1 to 8; 1 is upright.
enum class OrientationPolicy : std::uint8_t { apply, ignore };

struct PictureHeader {
  Format format = Format::jpeg;
  domain::SizePx stored;   // as the file says
  domain::SizePx upright;  // after orientation: what boxes refer to under OrientationPolicy::apply
  int orientation = 1;
};

// By the first bytes alone; nothing when they are of no format that is decoded here.
std::optional<Format> format_of(domain::ByteView bytes) noexcept;

// Reads only the header. Errors: unsupported_format (unknown magic, CMYK JPEG, animation), undecodable_image (no header),
// image_too_large (more than `pixels_max` pixels, or a side over 65,535).
domain::Result<PictureHeader> probe(domain::ByteView bytes, std::int64_t pixels_max = domain::kPicturePixelsMax);

struct Decoded {
  domain::Letterbox letterbox;  // from the picture as boxes see it to the target
  bool orientation_applied = false;
};

class Decoder {
 public:
  Decoder();
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  // Decodes `bytes` letterboxed into `target` (RGB, grey 114 bars, Letterbox::fit). JPEG is decoded at the largest of
  // 1/1, 1/2, 1/4, 1/8 that still covers the content, straight into the target where it fits exactly.
  // Transparent pixels show the bars' grey. Errors as probe(), undecodable_image for truncated or damaged data,
  // unsupported_format for a JPEG of too many scans; the target's pixels are then unspecified.
  domain::Result<Decoded> decode_letterboxed(domain::ByteView bytes, const domain::RgbView& target,
                                             OrientationPolicy policy = OrientationPolicy::apply);

  // The whole picture at full size, upright under OrientationPolicy::apply: for annotated output, not on the frame path.
  domain::Result<domain::RgbPicture> decode(domain::ByteView bytes, OrientationPolicy policy = OrientationPolicy::apply);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hazard::image
