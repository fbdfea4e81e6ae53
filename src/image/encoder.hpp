// Pixels to JPEG: annotated pictures and the simulated drive. One per thread.
#pragma once

#include <memory>

#include "domain/error.hpp"
#include "domain/frame.hpp"
#include "domain/picture.hpp"

namespace hazard::image {

class JpegEncoder {
 public:
  JpegEncoder();
  ~JpegEncoder();
  JpegEncoder(JpegEncoder&&) noexcept;
  JpegEncoder& operator=(JpegEncoder&&) noexcept;

  // Baseline JPEG, 4:2:0; quality 1..100.
  domain::Bytes encode(const domain::RgbView& picture, int quality);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hazard::image
