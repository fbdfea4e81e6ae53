// JPEG pictures through the decoder.
#include "picture_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hazard::fuzz::decode_as(hazard::image::Format::jpeg, {data, size});
  return 0;
}
