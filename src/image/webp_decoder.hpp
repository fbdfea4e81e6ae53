// WebP to RGB at the size that is asked for. Called by Decoder on the worker's thread.
#pragma once

#include "domain/error.hpp"
#include "domain/frame.hpp"
#include "domain/picture.hpp"
#include "image/resample.hpp"
#include "image/scratch.hpp"

namespace hazard::image {

// Lossy and lossless; transparency is flattened over the bars' grey. `stored` is what probe() read.
// Errors: undecodable_image (damaged, cut short).
domain::Result<void> decode_webp(domain::ByteView bytes, domain::SizePx stored, const domain::RgbView& target, RowSink& sink,
                                 Scratch& pixels);

}  // namespace hazard::image
