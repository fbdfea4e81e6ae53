// When and where a picture was taken, as its EXIF block says. Called by `hazardstream import` on files nobody has checked; pure, any
// thread. What is missing or damaged is left out: a picture is never refused for its EXIF.
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "domain/frame.hpp"

namespace hazard::image {

struct ExifCapture {
  std::optional<base::WallTime> at;  // to the microsecond; local time without a zone is read as UTC
  bool in_utc = false;               // the zone was stated, or the time is the receiver's
  std::optional<domain::Location> location;
};

// `tiff` begins at the byte-order mark, after any "Exif\0\0". EXIF 2.32: DateTimeOriginal, SubSecTimeOriginal, OffsetTimeOriginal, and
// the GPS directory (place, heading, stated error, time in UTC, which is preferred where the zone is not stated).
ExifCapture exif_capture(domain::ByteView tiff);

// The same for an encoded picture: JPEG with an EXIF segment; empty for all others.
ExifCapture capture_of(domain::ByteView picture);

}  // namespace hazard::image
