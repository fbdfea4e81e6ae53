// Bodies and times of installed clients. A time that is read is written and read back as the same instant, to the microsecond.
#include <cmath>

#include "base/check.hpp"
#include "wire/legacy_message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hazard;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto asked = wire::parse_session_start(text)) {
    HAZARD_CHECK(std::isfinite(asked->confidence_threshold));
  }
  if (const auto asked = wire::parse_base64_request(text)) {
    HAZARD_CHECK(std::isfinite(asked->confidence_threshold) && asked->image.size() <= text.size());
  }
  if (const auto time = wire::parse_iso_time(text)) {
    const auto again = wire::parse_iso_time(wire::iso_time(*time, true));
    HAZARD_CHECK(again &&
                 std::chrono::floor<std::chrono::microseconds>(*again) == std::chrono::floor<std::chrono::microseconds>(*time));
  }
  if (const auto place = wire::location_of_pairs({{"latitude", std::string(text)}, {"longitude", "1"}})) {
    HAZARD_CHECK(place->latitude >= -90 && place->latitude <= 90);
  }
  return 0;
}
