// Reads a WebP's size and orientation without a codec. Called by probe() on bytes nobody has checked; pure, any thread.
#pragma once

#include "domain/error.hpp"
#include "domain/frame.hpp"
#include "domain/geometry.hpp"

namespace hazard::image {

struct WebpHeader {
  domain::SizePx size;
  int orientation = 1;    // from the EXIF chunk
  std::size_t bytes = 0;  // of the whole file, as its RIFF header says
};

// RFC 9649, section 2 (container); RFC 6386, section 9.1 (lossy frame header); RFC 9649, section 3.4 (lossless header).
// Errors: undecodable_image (no frame header), unsupported_format (animation).
domain::Result<WebpHeader> read_webp_header(domain::ByteView bytes);

}  // namespace hazard::image
