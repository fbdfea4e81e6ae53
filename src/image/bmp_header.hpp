// Reads a BMP's header. Called by probe() and the BMP decoder on bytes nobody has checked; pure, any thread.
#pragma once

#include "domain/error.hpp"
#include "domain/frame.hpp"
#include "domain/geometry.hpp"

namespace hazard::image {

struct BmpHeader {
  domain::SizePx size;
  std::size_t pixels_at = 0;        // where the rows begin in the file
  std::size_t bytes_per_pixel = 3;  // 3: B, G, R; 4: B, G, R, unused
  bool bottom_up = true;            // the first stored row is the lowest
};

// BITMAPINFOHEADER and its successors (40 bytes and more), 24 or 32 bits, uncompressed: what cameras and tools write.
// Errors: unsupported_format (palettes, 16 bits, run lengths, bit masks, OS/2 headers), undecodable_image (cut short).
domain::Result<BmpHeader> read_bmp_header(domain::ByteView bytes);

}  // namespace hazard::image
