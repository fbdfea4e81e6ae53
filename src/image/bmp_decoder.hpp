// BMP to RGB at the size that is asked for. Called by Decoder on the worker's thread.
#pragma once

#include "domain/error.hpp"
#include "domain/frame.hpp"
#include "domain/picture.hpp"
#include "image/resample.hpp"
#include "image/scratch.hpp"

namespace hazard::image {

// What read_bmp_header() accepts; the fourth byte of 32-bit pixels is unused by definition and ignored.
// Errors: undecodable_image (cut short).
domain::Result<void> decode_bmp(domain::ByteView bytes, const domain::RgbView& target, RowSink& sink, Scratch& pixels);

}  // namespace hazard::image
