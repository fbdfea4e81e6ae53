#include "image/bmp_header.hpp"

#include <gtest/gtest.h>

#include "pictures.hpp"

namespace hazard::image {
namespace {

using domain::ErrorCode;
using testing::Bytes;

constexpr domain::SizePx kSize{20, 10};

TEST(BmpHeader, reads_size_depth_direction_and_where_the_pixels_begin) {
  const auto picture = testing::textured(kSize);
  const auto plain = read_bmp_header(testing::bmp(picture));
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->size, kSize);
  EXPECT_EQ(plain->bytes_per_pixel, 3U);
  EXPECT_EQ(plain->pixels_at, 54U);
  EXPECT_TRUE(plain->bottom_up);
  const auto other = read_bmp_header(testing::bmp(picture, {.bits = 32, .top_down = true, .header_bytes = 108}));
  ASSERT_TRUE(other.has_value());
  EXPECT_EQ(other->size, kSize);
  EXPECT_EQ(other->bytes_per_pixel, 4U);
  EXPECT_EQ(other->pixels_at, 122U);
  EXPECT_FALSE(other->bottom_up);
}

TEST(BmpHeader, needs_a_header_of_40_bytes_at_least) {
  Bytes file = testing::bmp(testing::textured(kSize));
  file[14] = 39;
  EXPECT_EQ(read_bmp_header(file).error().code, ErrorCode::unsupported_format);
  file[14] = 40;
  EXPECT_TRUE(read_bmp_header(file).has_value());
  file.resize(54);
  EXPECT_TRUE(read_bmp_header(file).has_value());
  file.resize(53);
  EXPECT_EQ(read_bmp_header(file).error().code, ErrorCode::undecodable_image);
}

TEST(BmpHeader, refuses_sizes_that_cannot_be) {
  const auto with_size = [](std::uint32_t width, std::uint32_t height) {
    Bytes file = testing::bmp(testing::textured(kSize));
    for (std::size_t i = 0; i < 4; ++i) {
      file[18 + i] = static_cast<std::uint8_t>(width >> (8 * i));
      file[22 + i] = static_cast<std::uint8_t>(height >> (8 * i));
    }
    return read_bmp_header(file);
  };
  EXPECT_EQ(with_size(0, 10).error().code, ErrorCode::undecodable_image);
  EXPECT_EQ(with_size(0xFFFF'FFFF, 10).error().code, ErrorCode::undecodable_image);
  EXPECT_EQ(with_size(10, 0).error().code, ErrorCode::undecodable_image);
  EXPECT_EQ(with_size(10, 0x8000'0000).error().code, ErrorCode::undecodable_image);
  EXPECT_EQ(with_size(1, 0x8000'0001)->size.height, 0x7FFF'FFFF);
  EXPECT_EQ(with_size(10, 0x7FFF'FFFF)->size.height, 0x7FFF'FFFF);
}

}  // namespace
}  // namespace hazard::image
