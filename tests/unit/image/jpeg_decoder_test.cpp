#include "image/jpeg_decoder.hpp"

#include <gtest/gtest.h>

#include "pictures.hpp"

namespace hazard::image {
namespace {

using domain::ErrorCode;
using testing::Bytes;
using testing::pixel;
using testing::psnr;
using testing::RgbPicture;
using testing::SizePx;

domain::Result<RgbPicture> decoded(const Bytes& bytes, SizePx stored, SizePx size) {
  JpegDecoder decoder;
  RowSink sink;
  RgbPicture target(size);
  if (auto done = decoder.decode(bytes, stored, target.view(), sink); !done) return std::unexpected(done.error());
  return target;
}

// Where the coded data of the only scan begins.
std::size_t coded_data(const Bytes& file) {
  for (std::size_t i = 0; i + 3 < file.size(); ++i) {
    if (file[i] == 0xFF && file[i + 1] == 0xDA) return i + 2 + 256U * file[i + 2] + file[i + 3];
  }
  return file.size();
}

TEST(JpegDecoder, decodes_every_common_subsampling_baseline_and_progressive) {
  const RgbPicture picture = testing::textured({123, 77});
  for (const int subsampling : {TJSAMP_444, TJSAMP_422, TJSAMP_420, TJSAMP_440, TJSAMP_411}) {
    for (const int flags : {0, TJFLAG_PROGRESSIVE}) {
      const auto result = decoded(testing::jpeg(picture, 95, subsampling, flags), picture.size, picture.size);
      ASSERT_TRUE(result.has_value()) << subsampling;
      EXPECT_GT(psnr(*result, picture), 28) << subsampling;
    }
  }
}

TEST(JpegDecoder, gives_greyscale_equal_channels) {
  const auto result = decoded(testing::jpeg(testing::textured({64, 64}), 90, TJSAMP_GRAY), {64, 64}, {32, 32});
  ASSERT_TRUE(result.has_value());
  for (std::size_t i = 0; i < result->pixels.size(); i += 3) {
    ASSERT_EQ(result->pixels[i], result->pixels[i + 1]);
    ASSERT_EQ(result->pixels[i], result->pixels[i + 2]);
  }
}

TEST(JpegDecoder, scales_exactly_at_each_power_of_two_and_between) {
  const RgbPicture picture = testing::flat({256, 128}, 180, 60, 20);
  const Bytes bytes = testing::jpeg(picture, 95, TJSAMP_444);
  for (const SizePx size : {SizePx{256, 128},
                            {128, 64},
                            {64, 32},
                            {32, 16},
                            {16, 8},
                            {255, 127},
                            {100, 50},
                            {33, 17},
                            {31, 15},
                            {1, 1},
                            {300, 150}}) {
    auto result = decoded(bytes, picture.size, size);
    ASSERT_TRUE(result.has_value());
    for (const auto [x, y] : {std::pair{0, 0}, {size.width - 1, size.height - 1}}) {
      EXPECT_NEAR(pixel(*result, x, y)[0], 180, 4) << size.width;
      EXPECT_NEAR(pixel(*result, x, y)[1], 60, 4) << size.width;
      EXPECT_NEAR(pixel(*result, x, y)[2], 20, 4) << size.width;
    }
  }
}

TEST(JpegDecoder, decodes_frames_without_huffman_tables_as_motion_jpeg_cameras_send_them) {
  const RgbPicture picture = testing::textured({64, 48});
  Bytes file = testing::jpeg(picture);
  const auto with_tables = decoded(file, picture.size, picture.size);
  for (std::size_t i = 2; i + 3 < coded_data(file);) {
    const auto length = static_cast<std::ptrdiff_t>(2 + 256U * file[i + 2] + file[i + 3]);
    const auto at = file.begin() + static_cast<std::ptrdiff_t>(i);
    if (file[i + 1] == 0xC4) {
      file.erase(at, at + length);
    } else {
      i += static_cast<std::size_t>(length);
    }
  }
  const auto without = decoded(file, picture.size, picture.size);
  ASSERT_TRUE(with_tables.has_value() && without.has_value());
  EXPECT_EQ(with_tables->pixels, without->pixels);
}

// A chroma layout that the library's own header reader has no name for.
TEST(JpegDecoder, decodes_chroma_at_a_quarter_by_a_half) {
  Bytes file = testing::jpeg(testing::flat({32, 16}, 128, 128, 128), 90, TJSAMP_411);
  for (std::size_t i = 0; i + 11 < file.size(); ++i) {
    if (file[i] == 0xFF && file[i + 1] == 0xC0) file[i + 11] = 0x42;  // the luma's factors: 4 by 2
  }
  file.resize(coded_data(file));
  // One unit of 8 luma blocks (DC 00, end 1010) and 2 chroma blocks (DC 00, end 00), all mid grey.
  file.insert(file.end(), {0x28, 0xA2, 0x8A, 0x28, 0xA2, 0x8A, 0x00, 0xFF, 0xD9});
  const auto result = decoded(file, {32, 16}, {32, 16});
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_EQ(result->pixels, testing::flat({32, 16}, 128, 128, 128).pixels);
}

TEST(JpegDecoder, accepts_padding_before_the_end_marker_as_webcams_write_it) {
  const RgbPicture picture = testing::textured({64, 48});
  Bytes file = testing::jpeg(picture);
  const auto clean = decoded(file, picture.size, picture.size);
  file.insert(file.end() - 2, {0x00, 0x00, 0x00});
  const auto padded = decoded(file, picture.size, picture.size);
  ASSERT_TRUE(clean.has_value() && padded.has_value());
  EXPECT_EQ(clean->pixels, padded->pixels);
}

TEST(JpegDecoder, refuses_data_cut_out_of_the_middle_although_the_end_marker_is_there) {
  const Bytes whole = testing::jpeg(testing::textured({320, 240}));
  const auto begin = static_cast<std::ptrdiff_t>(coded_data(whole));
  for (const std::ptrdiff_t gone : {8, 100, 1000}) {
    Bytes file = whole;
    file.erase(file.end() - 2 - gone, file.end() - 2);
    const auto result = decoded(file, {320, 240}, {320, 240});
    ASSERT_FALSE(result.has_value()) << gone;
    EXPECT_EQ(result.error().code, ErrorCode::undecodable_image);
  }
  Bytes nothing = whole;
  nothing.erase(nothing.begin() + begin, nothing.end() - 2);
  EXPECT_FALSE(decoded(nothing, {320, 240}, {320, 240}).has_value());
}

TEST(JpegDecoder, refuses_a_second_frame_header) {
  Bytes file = testing::jpeg(testing::textured({320, 240}));
  const Bytes smaller{0xFF, 0xC0, 0, 17, 8, 0, 16, 0, 16, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1};
  file.insert(file.begin() + 2, smaller.begin(), smaller.end());
  EXPECT_FALSE(decoded(file, {16, 16}, {320, 240}).has_value());
  EXPECT_FALSE(decoded(file, {320, 240}, {320, 240}).has_value());
}

TEST(JpegDecoder, refuses_when_the_size_is_not_what_the_caller_read) {
  const Bytes file = testing::jpeg(testing::textured({64, 48}));
  EXPECT_EQ(decoded(file, {65, 48}, {64, 48}).error().code, ErrorCode::undecodable_image);
  EXPECT_EQ(decoded(file, {640, 480}, {640, 480}).error().code, ErrorCode::undecodable_image);
}

TEST(JpegDecoder, decodes_a_good_picture_after_a_refused_one) {
  JpegDecoder decoder;
  RowSink sink;
  RgbPicture target({32, 32});
  const Bytes good = testing::jpeg(testing::textured({64, 64}));
  Bytes bad = good;
  bad.erase(bad.end() - 60, bad.end() - 2);
  ASSERT_TRUE(decoder.decode(good, {64, 64}, target.view(), sink).has_value());
  const RgbPicture expected = target;
  ASSERT_FALSE(decoder.decode(bad, {64, 64}, target.view(), sink).has_value());
  ASSERT_TRUE(decoder.decode(good, {64, 64}, target.view(), sink).has_value());
  EXPECT_EQ(target.pixels, expected.pixels);
}

}  // namespace
}  // namespace hazard::image
