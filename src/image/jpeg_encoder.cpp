#include <memory>

#include <turbojpeg.h>

#include "base/check.hpp"
#include "image/encoder.hpp"
#include "image/scratch.hpp"

namespace hazard::image {

struct JpegEncoder::State {
  tjhandle handle = tjInitCompress();
  Scratch output;

  State() { HAZARD_CHECK(handle != nullptr); }
  ~State() { tjDestroy(handle); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

JpegEncoder::JpegEncoder() : state_(std::make_unique<State>()) {}
JpegEncoder::~JpegEncoder() = default;
JpegEncoder::JpegEncoder(JpegEncoder&&) noexcept = default;
JpegEncoder& JpegEncoder::operator=(JpegEncoder&&) noexcept = default;

domain::Bytes JpegEncoder::encode(const domain::RgbView& picture, int quality) {
  HAZARD_CHECK(quality >= 1 && quality <= 100);
  const auto [width, height] = picture.size;
  // The worst case, so that the library never has to allocate: pages that stay untouched cost nothing.
  unsigned char* output = state_->output.room(tjBufSize(width, height, TJSAMP_420));
  unsigned long bytes = 0;
  const int status = tjCompress2(state_->handle, picture.data, width, static_cast<int>(picture.row_bytes), height, TJPF_RGB,
                                 &output, &bytes, TJSAMP_420, quality, TJFLAG_NOREALLOC);
  HAZARD_CHECK(status == 0);
  return domain::Bytes(output, output + bytes);
}

}  // namespace hazard::image
