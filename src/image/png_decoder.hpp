// PNG to RGB at the size that is asked for. Called by Decoder on the worker's thread.
#pragma once

#include "domain/error.hpp"
#include "domain/frame.hpp"
#include "domain/picture.hpp"
#include "image/resample.hpp"
#include "image/scratch.hpp"

namespace hazard::image {

// All colour types and depths, interlaced too; 16 bits are rounded to 8, transparency is flattened over the bars' grey, gamma
// and colour profiles are ignored as cameras and browsers' uploads are sRGB. Rows go to the sink one by one; only an
// interlaced picture is held whole. `stored` is what probe() read.
// Errors: undecodable_image (damaged, cut short).
domain::Result<void> decode_png(domain::ByteView bytes, domain::SizePx stored, const domain::RgbView& target, RowSink& sink,
                                Scratch& pixels);

}  // namespace hazard::image
