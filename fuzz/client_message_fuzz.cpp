// Text messages and JSON bodies: the same bytes through every parser that could meet them. Accepted pictures stay within the
// cap, labels within theirs, and a ping's echo always makes a pong that parses.
#include <boost/json.hpp>

#include <string>

#include "base/check.hpp"
#include "domain/limits.hpp"
#include "wire/client_message.hpp"
#include "wire/server_message.hpp"

namespace {

constexpr std::size_t kFrameMax = 256;

void check_frame(const hazard::domain::EncodedFrame& frame) {
  HAZARD_CHECK(!frame.picture().empty() && frame.picture().size() <= kFrameMax);
  HAZARD_CHECK(frame.frame_id.size() <= hazard::domain::kFrameIdBytesMax);
  if (frame.location) {
    HAZARD_CHECK(frame.location->latitude >= -90 && frame.location->latitude <= 90);
    HAZARD_CHECK(frame.location->longitude >= -180 && frame.location->longitude <= 180);
  }
}

void check_refusal(const hazard::wire::Refused& refusal) {
  HAZARD_CHECK(!refusal.error.message.empty());
  HAZARD_CHECK(refusal.frame_id.size() <= hazard::domain::kFrameIdBytesMax);
  boost::json::error_code ec;
  boost::json::parse(hazard::wire::error_message(refusal.error, {}), ec);
  HAZARD_CHECK(!ec);
}

void check_pong(const std::string& echo) {
  boost::json::error_code ec;
  const auto pong = boost::json::parse(hazard::wire::pong(echo, {}, {}), ec);
  HAZARD_CHECK(!ec && pong.as_object().contains("timestamp") && pong.as_object().at("type") == "pong");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto message = hazard::wire::parse_client_message(text, kFrameMax);
  if (!message) {
    check_refusal(message.error());
  } else if (const auto* frame = std::get_if<hazard::wire::FrameMessage>(&*message)) {
    check_frame(frame->frame);
  } else if (const auto* ping = std::get_if<hazard::wire::Ping>(&*message)) {
    check_pong(ping->echo);
  }
  const auto posted = hazard::wire::parse_process_body(text, kFrameMax);
  if (posted) {
    check_frame(posted->frame);
  } else {
    check_refusal(posted.error());
  }
  if (const auto patch = hazard::wire::parse_config_body(text)) {
    (void)hazard::domain::apply({}, *patch, {});
  }
  return 0;
}
