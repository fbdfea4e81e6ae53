// A recorded track: what is accepted has at least two points on the globe, in order of time.
#include "base/check.hpp"
#include "serve/gpx_check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hazard;
  const auto points = serve::read_gpx({reinterpret_cast<const char*>(data), size});
  if (!points) {
    HAZARD_CHECK(!points.error().message.empty());
    return 0;
  }
  HAZARD_CHECK(points->size() >= 2 && points->size() <= serve::kGpxPointsMost);
  for (std::size_t i = 0; i < points->size(); ++i) {
    const auto& [place, at] = (*points)[i];
    HAZARD_CHECK(place.latitude >= -90 && place.latitude <= 90 && place.longitude >= -180 && place.longitude <= 180);
    HAZARD_CHECK(place.latitude != 0 || place.longitude != 0);
    HAZARD_CHECK(i == 0 || at >= (*points)[i - 1].at);
  }
  return 0;
}
