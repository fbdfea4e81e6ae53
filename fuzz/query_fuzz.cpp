// Query strings of the handshake and the X-Location header.
#include <cmath>

#include "base/check.hpp"
#include "wire/client_message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto location = hazard::wire::parse_location_header(text)) {
    HAZARD_CHECK(std::abs(location->latitude) <= 90 && std::abs(location->longitude) <= 180);
  }
  const auto pairs = hazard::wire::parse_query(text);
  if (!pairs) return 0;
  for (const auto& [name, value] : *pairs) {
    HAZARD_CHECK(name.find('\0') == std::string::npos && value.find('\0') == std::string::npos);
  }
  const auto query = hazard::wire::parse_stream_query(*pairs);
  if (!query) return 0;
  HAZARD_CHECK(!query->session_id || hazard::wire::is_session_id(*query->session_id));
  if (const auto config = hazard::domain::apply({}, query->patch, {})) HAZARD_CHECK(std::isfinite(config->fps_limit));
  return 0;
}
