#include "image/encoder.hpp"

#include <gtest/gtest.h>

#include "image/decoder.hpp"
#include "pictures.hpp"

namespace hazard::image {
namespace {

TEST(JpegEncoder, writes_what_the_decoder_reads_back) {
  JpegEncoder encoder;
  Decoder decoder;
  for (const domain::SizePx size : {domain::SizePx{640, 360}, {1, 1}, {17, 33}, {1280, 720}}) {
    domain::RgbPicture picture = testing::textured(size);
    const auto bytes = encoder.encode(picture.view(), 90);
    const auto header = probe(bytes);
    ASSERT_TRUE(header.has_value());
    EXPECT_EQ(header->format, Format::jpeg);
    EXPECT_EQ(header->stored, size);
    auto back = decoder.decode(bytes);
    ASSERT_TRUE(back.has_value());
    EXPECT_GT(testing::psnr(*back, picture), 30);
  }
}

TEST(JpegEncoder, spends_more_bytes_on_higher_quality) {
  JpegEncoder encoder;
  domain::RgbPicture picture = testing::textured({320, 240});
  const auto least = encoder.encode(picture.view(), 1).size();
  const auto middle = encoder.encode(picture.view(), 60).size();
  const auto most = encoder.encode(picture.view(), 100).size();
  EXPECT_LT(least, middle);
  EXPECT_LT(middle, most);
}

TEST(JpegEncoder, reads_rows_at_the_given_distance) {
  JpegEncoder encoder;
  domain::RgbPicture wide = testing::quarters({200, 100});
  domain::RgbPicture narrow(domain::SizePx{100, 100});
  for (int y = 0; y < 100; ++y) std::copy_n(wide.view().row(y), 300, narrow.view().row(y));
  const domain::RgbView left_half{wide.pixels.data(), {100, 100}, 600};
  EXPECT_EQ(encoder.encode(left_half, 90), encoder.encode(narrow.view(), 90));
}

TEST(JpegEncoderDeathTest, counts_a_quality_outside_1_to_100_as_our_own_mistake) {
  JpegEncoder encoder;
  domain::RgbPicture picture = testing::flat({8, 8}, 1, 2, 3);
  EXPECT_DEATH(encoder.encode(picture.view(), 0), "quality");
  EXPECT_DEATH(encoder.encode(picture.view(), 101), "quality");
}

}  // namespace
}  // namespace hazard::image
