// Base64: every kernel of this CPU answers as the plain form does, and what decodes comes back after encoding.
#include "base/check.hpp"
#include "wire/base64.hpp"
#include "wire/base64_block.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hazard::wire;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto wanted = base64_decode_with(nullptr, text, 0);
  for (const auto& [name, block] : base64_blocks()) HAZARD_CHECK(base64_decode_with(block, text, 0) == wanted);
  if (wanted) HAZARD_CHECK(base64_decode(base64_encode(*wanted)) == wanted);
  const hazard::domain::Bytes plain(data, data + size);
  HAZARD_CHECK(base64_decode(base64_encode(plain)) == plain);
  return 0;
}
