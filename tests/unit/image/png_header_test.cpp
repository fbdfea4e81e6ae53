#include "image/png_header.hpp"

#include <gtest/gtest.h>

#include "pictures.hpp"

namespace hazard::image {
namespace {

using domain::ErrorCode;
using testing::Bytes;

constexpr domain::SizePx kSize{20, 10};

Bytes file() { return testing::png(testing::textured(kSize)); }

TEST(PngHeader, reads_the_size_and_takes_a_picture_without_exif_as_upright) {
  const auto header = read_png_header(file());
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->size, kSize);
  EXPECT_EQ(header->orientation, 1);
}

TEST(PngHeader, finds_the_orientation_before_and_after_the_pixels) {
  EXPECT_EQ(read_png_header(testing::with_png_chunk(file(), "eXIf", testing::exif(6)))->orientation, 6);
  Bytes behind = file();
  const Bytes carrier = testing::with_png_chunk(file(), "eXIf", testing::exif(7));
  behind.insert(behind.end() - 12, carrier.begin() + 33, carrier.begin() + 33 + 12 + 26);
  EXPECT_EQ(read_png_header(behind)->orientation, 7);
}

TEST(PngHeader, ignores_a_damaged_orientation_and_what_follows_the_end) {
  EXPECT_EQ(read_png_header(testing::with_png_chunk(file(), "eXIf", Bytes(3, 'M')))->orientation, 1);
  Bytes behind = file();
  const Bytes carrier = testing::with_png_chunk(file(), "eXIf", testing::exif(7));
  behind.insert(behind.end(), carrier.begin() + 33, carrier.begin() + 33 + 12 + 26);
  EXPECT_EQ(read_png_header(behind)->orientation, 1);
}

TEST(PngHeader, stops_at_a_chunk_that_reaches_past_the_file) {
  Bytes cut = testing::with_png_chunk(file(), "eXIf", testing::exif(6));
  cut[33] = 0x7F;
  const auto header = read_png_header(cut);
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->orientation, 1);
}

TEST(PngHeader, refuses_a_first_chunk_that_is_not_a_header) {
  for (const std::size_t at : {11U, 12U, 15U}) {
    Bytes changed = file();
    changed[at] = static_cast<std::uint8_t>(changed[at] ^ 0x20);
    EXPECT_EQ(read_png_header(changed).error().code, ErrorCode::undecodable_image) << at;
  }
}

TEST(PngHeader, refuses_an_animation_even_of_one_frame) {
  const Bytes animated = testing::with_png_chunk(file(), "acTL", {0, 0, 0, 1, 0, 0, 0, 0});
  EXPECT_EQ(read_png_header(animated).error().code, ErrorCode::unsupported_format);
}

}  // namespace
}  // namespace hazard::image
