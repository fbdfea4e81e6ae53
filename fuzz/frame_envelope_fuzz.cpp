// Binary frame messages. What is accepted points inside its own bytes and stays within the caps.
#include "base/check.hpp"
#include "domain/limits.hpp"
#include "wire/client_message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kFrameMax = 512;
  const auto parsed = hazard::wire::parse_frame_envelope(hazard::domain::Bytes(data, data + size), kFrameMax);
  if (!parsed) {
    HAZARD_CHECK(!parsed.error().error.message.empty());
    return 0;
  }
  const auto& frame = parsed->frame;
  HAZARD_CHECK(frame.buffer.size() == size && frame.offset >= hazard::domain::kEnvelopeHeaderBytes && frame.offset < size);
  HAZARD_CHECK(frame.picture().size() <= kFrameMax);
  HAZARD_CHECK(!frame.frame_id.empty() && frame.frame_id.size() <= hazard::domain::kFrameIdBytesMax);
  return 0;
}
