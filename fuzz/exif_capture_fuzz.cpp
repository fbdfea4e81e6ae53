// When and where a picture was taken: whatever is believed of a damaged EXIF block lies on the globe and within its units.
#include "base/check.hpp"
#include "image/exif_capture.hpp"

namespace {

void check(const hazard::image::ExifCapture& capture) {
  if (!capture.location) return;
  const auto& place = *capture.location;
  HAZARD_CHECK(place.latitude >= -90 && place.latitude <= 90 && place.longitude >= -180 && place.longitude <= 180);
  if (place.accuracy_m) HAZARD_CHECK(*place.accuracy_m >= 0);
  if (place.heading_deg) HAZARD_CHECK(*place.heading_deg >= 0 && *place.heading_deg <= 360);
  if (place.speed_mps) HAZARD_CHECK(*place.speed_mps >= 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hazard::domain::ByteView bytes(data, size);
  check(hazard::image::exif_capture(bytes));
  check(hazard::image::capture_of(bytes));
  return 0;
}
