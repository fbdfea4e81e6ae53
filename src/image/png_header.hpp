// Reads a PNG's size and orientation without a codec. Called by probe() on bytes nobody has checked; pure, any thread.
#pragma once

#include "domain/error.hpp"
#include "domain/frame.hpp"
#include "domain/geometry.hpp"

namespace hazard::image {

struct PngHeader {
  domain::SizePx size;
  int orientation = 1;  // from the eXIf chunk
};

// PNG specification (third edition), sections 5 and 11. The IHDR must be whole and sensible; what follows may be damaged, which
// only a decode finds out. Errors: undecodable_image (no IHDR), unsupported_format (animated PNG).
domain::Result<PngHeader> read_png_header(domain::ByteView bytes);

}  // namespace hazard::image
