// Walks the markers of a JPEG without a codec, so that size, colour model and number of scans are known and judged before
// libjpeg allocates anything. Called by probe() and by the JPEG decoder; pure, any thread.
#pragma once

#include "domain/error.hpp"
#include "domain/frame.hpp"
#include "domain/geometry.hpp"

namespace hazard::image {

struct JpegHeader {
  domain::SizePx size;
  int orientation = 1;
  domain::ByteView exif;  // of the given bytes, from the byte-order mark; empty: none
};

// Reads up to the frame header (SOF0, SOF1 or SOF2; ITU-T T.81, annex B). Errors: unsupported_format (CMYK, two
// components, arithmetic or lossless coding, more than 8 bits), undecodable_image (no frame header).
domain::Result<JpegHeader> read_jpeg_header(domain::ByteView bytes);

// Walks the whole file to its end marker. Errors: undecodable_image (cut short, too few bytes to describe `size`),
// unsupported_format (more scans than any encoder writes: each scan makes the decoder visit every block again).
domain::Result<void> check_jpeg_body(domain::ByteView bytes, domain::SizePx size);

}  // namespace hazard::image
