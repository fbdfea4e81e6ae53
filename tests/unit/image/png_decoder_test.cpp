#include "image/png_decoder.hpp"

#include <gtest/gtest.h>

#include "image/decoder.hpp"
#include "pictures.hpp"

namespace hazard::image {
namespace {

using domain::ErrorCode;
using testing::Bytes;
using testing::pixel;
using testing::RgbPicture;
using testing::SizePx;

domain::Result<RgbPicture> decoded(const Bytes& bytes) { return Decoder().decode(bytes); }

std::array<int, 3> color(RgbPicture& picture, int x, int y) {
  const std::uint8_t* at = pixel(picture, x, y);
  return {at[0], at[1], at[2]};
}

TEST(PngDecoder, reads_truecolour_interlaced_or_not_exactly) {
  for (const SizePx size : {SizePx{1, 1}, {5, 3}, {64, 48}, {101, 67}}) {
    const RgbPicture picture = testing::textured(size);
    EXPECT_EQ(decoded(testing::png(picture))->pixels, picture.pixels);
    EXPECT_EQ(decoded(testing::png(picture, PNG_INTERLACE_ADAM7))->pixels, picture.pixels);
  }
}

TEST(PngDecoder, reads_grey_of_every_depth) {
  for (const int depth : {1, 2, 4, 8}) {
    const std::size_t row_bytes = (16 * static_cast<std::size_t>(depth) + 7) / 8;
    std::vector<std::uint8_t> rows(row_bytes * 16, 0);
    std::fill_n(rows.begin(), row_bytes, std::uint8_t{0xFF});  // first row white, the rest black
    for (const int interlace : {PNG_INTERLACE_NONE, PNG_INTERLACE_ADAM7}) {
      auto picture = decoded(testing::png(rows, {16, 16}, row_bytes, {PNG_COLOR_TYPE_GRAY, depth, interlace, {}}));
      ASSERT_TRUE(picture.has_value()) << depth;
      EXPECT_EQ(color(*picture, 15, 0), (std::array{255, 255, 255}));
      EXPECT_EQ(color(*picture, 0, 1), (std::array{0, 0, 0}));
    }
  }
}

TEST(PngDecoder, rounds_16_bit_samples_to_8) {
  std::vector<std::uint8_t> row;
  for (const int value : {0, 127, 128, 0x8080, 0x80FF, 0xFF7F, 0xFFFF}) {
    row.push_back(static_cast<std::uint8_t>(value >> 8));
    row.push_back(static_cast<std::uint8_t>(value));
  }
  auto picture = decoded(testing::png(row, {7, 1}, 14, {PNG_COLOR_TYPE_GRAY, 16, PNG_INTERLACE_NONE, {}}));
  ASSERT_TRUE(picture.has_value());
  const std::array expected{0, 0, 0, 128, 128, 255, 255};
  for (int x = 0; x < 7; ++x) EXPECT_NEAR(color(*picture, x, 0)[0], expected[static_cast<std::size_t>(x)], 1) << x;
}

TEST(PngDecoder, looks_colours_up_in_the_palette) {
  for (const int depth : {1, 2, 4, 8}) {
    const std::size_t row_bytes = (8 * static_cast<std::size_t>(depth) + 7) / 8;
    std::vector<std::uint8_t> row(row_bytes, 0);
    row[0] = static_cast<std::uint8_t>(1 << (8 - depth));  // index 1, then index 0
    auto picture = decoded(testing::png(row, {8, 1}, row_bytes, {PNG_COLOR_TYPE_PALETTE, depth, PNG_INTERLACE_NONE, {}}));
    ASSERT_TRUE(picture.has_value()) << depth;
    EXPECT_EQ(color(*picture, 0, 0), (std::array{1, 254, 128}));
    EXPECT_EQ(color(*picture, 1, 0), (std::array{0, 255, 128}));
  }
}

TEST(PngDecoder, lays_transparency_over_the_grey_of_the_bars) {
  const std::vector<std::uint8_t> row{200, 100, 0, 255, 200, 100, 0, 0, 200, 100, 0, 128};
  auto picture = decoded(testing::png(row, {3, 1}, 12, {PNG_COLOR_TYPE_RGB_ALPHA, 8, PNG_INTERLACE_NONE, {}}));
  ASSERT_TRUE(picture.has_value());
  EXPECT_EQ(color(*picture, 0, 0), (std::array{200, 100, 0}));
  EXPECT_EQ(color(*picture, 1, 0), (std::array{114, 114, 114}));
  EXPECT_EQ(color(*picture, 2, 0), (std::array{157, 107, 57}));

  const std::vector<std::uint8_t> indices{0, 1, 2};
  auto palette = decoded(testing::png(indices, {3, 1}, 3, {PNG_COLOR_TYPE_PALETTE, 8, PNG_INTERLACE_NONE, {0, 255}}));
  ASSERT_TRUE(palette.has_value());
  EXPECT_EQ(color(*palette, 0, 0), (std::array{114, 114, 114}));
  EXPECT_EQ(color(*palette, 1, 0), (std::array{1, 254, 128}));
  EXPECT_EQ(color(*palette, 2, 0), (std::array{2, 253, 128}));

  const std::vector<std::uint8_t> grey_alpha{0x40, 0x00, 0xFF, 0xFF, 0x40, 0x00, 0x00, 0x00};
  auto deep = decoded(testing::png(grey_alpha, {2, 1}, 8, {PNG_COLOR_TYPE_GRAY_ALPHA, 16, PNG_INTERLACE_NONE, {}}));
  ASSERT_TRUE(deep.has_value());
  EXPECT_EQ(color(*deep, 0, 0), (std::array{64, 64, 64}));
  EXPECT_EQ(color(*deep, 1, 0), (std::array{114, 114, 114}));
}

TEST(PngDecoder, skips_texts_and_profiles_unread) {
  const RgbPicture picture = testing::textured({16, 16});
  Bytes file = testing::png(picture);
  for (const std::string_view type : {"iCCP", "zTXt", "iTXt", "tEXt", "gAMA", "sBIT", "prVt"}) {
    file = testing::with_png_chunk(file, type, Bytes(100'000, 'x'));
  }
  const auto result = decoded(file);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->pixels, picture.pixels);
}

TEST(PngDecoder, refuses_wrong_checksums_unknown_critical_chunks_and_missing_palettes) {
  const RgbPicture picture = testing::textured({16, 16});
  const Bytes whole = testing::png(picture);
  Bytes wrong_end = whole;
  wrong_end.back() ^= 1;
  EXPECT_EQ(decoded(wrong_end).error().code, ErrorCode::undecodable_image);
  Bytes wrong_header = whole;
  wrong_header[29] ^= 1;
  EXPECT_EQ(decoded(wrong_header).error().code, ErrorCode::undecodable_image);
  Bytes wrong_data = whole;
  wrong_data[wrong_data.size() - 20] ^= 1;
  EXPECT_EQ(decoded(wrong_data).error().code, ErrorCode::undecodable_image);
  EXPECT_EQ(decoded(testing::with_png_chunk(whole, "IHDR", Bytes(13, 1))).error().code, ErrorCode::undecodable_image);
  Bytes no_palette = whole;
  no_palette[25] = PNG_COLOR_TYPE_PALETTE;
  EXPECT_EQ(decoded(no_palette).error().code, ErrorCode::undecodable_image);
}

}  // namespace
}  // namespace hazard::image
