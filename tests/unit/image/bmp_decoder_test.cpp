#include "image/bmp_decoder.hpp"

#include <gtest/gtest.h>

#include "image/decoder.hpp"
#include "pictures.hpp"

namespace hazard::image {
namespace {

using domain::ErrorCode;
using testing::Bytes;
using testing::RgbPicture;

TEST(BmpDecoder, reads_24_and_32_bits_bottom_up_and_top_down_at_every_row_padding) {
  for (const int width : {1, 2, 3, 4, 5, 64}) {
    const RgbPicture picture = testing::textured({width, 7});
    for (const std::uint32_t bits : {24U, 32U}) {
      for (const bool top_down : {false, true}) {
        for (const std::uint32_t header_bytes : {40U, 108U, 124U}) {
          const auto result = Decoder().decode(testing::bmp(picture, {bits, top_down, 0, header_bytes}));
          ASSERT_TRUE(result.has_value());
          EXPECT_EQ(result->pixels, picture.pixels);
        }
      }
    }
  }
}

TEST(BmpDecoder, needs_every_pixel_but_not_the_last_rows_padding) {
  Bytes file = testing::bmp(testing::textured({5, 3}));  // rows of 15 bytes and 1 of padding
  file.pop_back();
  EXPECT_TRUE(Decoder().decode(file).has_value());
  file.pop_back();
  EXPECT_EQ(Decoder().decode(file).error().code, ErrorCode::undecodable_image);
}

TEST(BmpDecoder, refuses_pixels_that_lie_outside_the_file) {
  const Bytes whole = testing::bmp(testing::textured({16, 16}));
  for (const std::uint32_t at : {55U, 1'000U, 0x7FFF'FFFFU, 0xFFFF'FFFFU}) {
    Bytes file = whole;
    for (std::size_t i = 0; i < 4; ++i) file[10 + i] = static_cast<std::uint8_t>(at >> (8 * i));
    EXPECT_EQ(Decoder().decode(file).error().code, ErrorCode::undecodable_image) << at;
  }
}

TEST(BmpDecoder, refuses_a_header_longer_than_the_file) {
  Bytes file = testing::bmp(testing::textured({16, 16}));
  file[15] = file[16] = file[17] = 0xFF;
  EXPECT_EQ(Decoder().decode(file).error().code, ErrorCode::undecodable_image);
}

}  // namespace
}  // namespace hazard::image
