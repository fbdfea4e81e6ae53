// A small grey copy of a picture, in which the camera's motion and the sameness of two frames are measured (track/, pipeline/).
// Called once for each frame on the worker's thread, after decoding, on the pixels that already lie in the model's input; keeps no
// state. A picture of 640x360 costs 0.13 ms.
#pragma once

#include "domain/picture.hpp"

namespace hazard::image {

// Fills `out` with the luma (BT.601 weights) of `content`, which is the picture without its letterbox bars, averaged over whole
// pixels down to `width` columns; the height follows the aspect, rounded, at least 1. A content narrower than `width` is not enlarged:
// `out` gets its own width. `out` keeps its memory from call to call. `content` must not be empty, 1 <= width, and no cell may be
// higher than 257 pixels.
void shrink_grey(const domain::RgbView& content, domain::GreyPicture& out, int width);

}  // namespace hazard::image
