// Finds the orientation in an EXIF block. Called by the header readers on bytes nobody has checked; pure, any thread.
#pragma once

#include "domain/frame.hpp"

namespace hazard::image {

// `tiff` begins at the byte-order mark ("II*\0" or "MM\0*"), after any "Exif\0\0". Returns tag 0x0112 of the first
// directory, 1 to 8, or 1 when it is missing or damaged: a picture is never refused for its EXIF.
// Layout: TIFF 6.0, section 2; the tag: EXIF 2.3, section 4.6.4.
int exif_orientation(domain::ByteView tiff) noexcept;

}  // namespace hazard::image
