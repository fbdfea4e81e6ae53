#include "image/webp_decoder.hpp"

#include <gtest/gtest.h>

#include "image/decoder.hpp"
#include "pictures.hpp"

namespace hazard::image {
namespace {

using domain::ErrorCode;
using testing::Bytes;
using testing::pixel;
using testing::RgbPicture;

TEST(WebpDecoder, reads_lossless_exactly_and_lossy_closely) {
  const RgbPicture picture = testing::textured({101, 67});
  Decoder decoder;
  EXPECT_EQ(decoder.decode(testing::webp(picture, true))->pixels, picture.pixels);
  EXPECT_GT(testing::psnr(*decoder.decode(testing::webp(picture)), picture), 28);
}

TEST(WebpDecoder, lays_transparency_over_the_grey_of_the_bars) {
  const std::vector<std::uint8_t> rgba{200, 100, 0, 255, 200, 100, 0, 128, 9, 9, 9, 0};
  auto picture = Decoder().decode(testing::webp_rgba(rgba, {3, 1}));
  ASSERT_TRUE(picture.has_value());
  EXPECT_EQ(pixel(*picture, 0, 0)[0], 200);
  EXPECT_EQ(pixel(*picture, 1, 0)[0], 157);
  EXPECT_EQ(pixel(*picture, 1, 0)[2], 57);
  EXPECT_EQ(pixel(*picture, 2, 0)[1], 114);
}

TEST(WebpDecoder, accepts_bytes_after_the_end_of_the_container) {
  Bytes file = testing::webp(testing::textured({32, 32}));
  const auto clean = Decoder().decode(file);
  file.insert(file.end(), 100, 0xAB);
  const auto padded = Decoder().decode(file);
  ASSERT_TRUE(clean.has_value() && padded.has_value());
  EXPECT_EQ(clean->pixels, padded->pixels);
}

TEST(WebpDecoder, refuses_a_canvas_that_is_not_the_frames_size) {
  const RgbPicture picture = testing::textured({32, 32});
  for (const domain::SizePx canvas : {domain::SizePx{33, 32}, {32, 31}, {4000, 4000}, {1, 1}}) {
    const auto result = Decoder().decode(testing::extended_webp(testing::webp(picture), canvas, 0));
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::undecodable_image);
  }
}

TEST(WebpDecoder, refuses_a_size_that_the_caller_did_not_read) {
  const Bytes file = testing::webp(testing::textured({32, 32}));
  RowSink sink;
  Scratch pixels;
  RgbPicture target({32, 32});
  EXPECT_TRUE(decode_webp(file, {32, 32}, target.view(), sink, pixels).has_value());
  EXPECT_FALSE(decode_webp(file, {32, 16}, target.view(), sink, pixels).has_value());
}

TEST(WebpDecoder, keeps_the_orientation_chunk_of_odd_length_and_with_jpegs_prefix) {
  const RgbPicture picture = testing::textured({32, 16});
  Bytes body;
  testing::append(body, {"Exif\0\0", 6});
  const Bytes tiff = testing::exif(8);
  body.insert(body.end(), tiff.begin(), tiff.end());
  body.push_back(0);
  const Bytes file = testing::extended_webp(testing::webp(picture), picture.size, 0x08, "EXIF", body);
  EXPECT_EQ(probe(file)->orientation, 8);
  EXPECT_EQ(Decoder().decode(file)->size, (domain::SizePx{16, 32}));
}

}  // namespace
}  // namespace hazard::image
