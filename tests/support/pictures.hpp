// Pictures that tests make themselves.
#pragma once

#include "domain/frame.hpp"
#include "domain/picture.hpp"
#include "image/encoder.hpp"

namespace hazard::test {

// A smooth gradient with a little structure, the same every time.
inline domain::RgbPicture gradient(domain::SizePx size) {
  domain::RgbPicture picture(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      std::uint8_t* pixel = picture.view().row(y) + 3 * x;
      pixel[0] = static_cast<std::uint8_t>(x * 255 / size.width);
      pixel[1] = static_cast<std::uint8_t>(y * 255 / size.height);
      pixel[2] = static_cast<std::uint8_t>((x / 8 + y / 8) % 2 * 60 + 80);
    }
  }
  return picture;
}

inline domain::Bytes jpeg(domain::SizePx size, int quality = 80) {
  domain::RgbPicture picture = gradient(size);
  return image::JpegEncoder().encode(picture.view(), quality);
}

}  // namespace hazard::test
