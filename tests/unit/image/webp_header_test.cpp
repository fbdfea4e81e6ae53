#include "image/webp_header.hpp"

#include <gtest/gtest.h>

#include "pictures.hpp"

namespace hazard::image {
namespace {

using domain::ErrorCode;
using testing::Bytes;

constexpr domain::SizePx kSize{20, 10};

TEST(WebpHeader, reads_the_size_of_each_kind_and_of_the_whole_file) {
  const auto picture = testing::textured(kSize);
  for (const Bytes& file :
       {testing::webp(picture), testing::webp(picture, true), testing::extended_webp(testing::webp(picture), kSize, 0)}) {
    const auto header = read_webp_header(file);
    ASSERT_TRUE(header.has_value());
    EXPECT_EQ(header->size, kSize);
    EXPECT_EQ(header->bytes, file.size());
    EXPECT_EQ(header->orientation, 1);
  }
}

TEST(WebpHeader, reads_the_longest_side_of_each_kind) {
  Bytes lossy = testing::webp(testing::textured(kSize));
  lossy[26] = 0xFF;
  lossy[27] = 0xFF;  // 14 bits of side, 2 of scaling, which does not change the coded size
  EXPECT_EQ(read_webp_header(lossy)->size.width, 16'383);
  Bytes lossless = testing::webp(testing::textured(kSize), true);
  lossless[21] = 0xFF;
  lossless[22] = static_cast<std::uint8_t>(lossless[22] | 0x3F);
  EXPECT_EQ(read_webp_header(lossless)->size.width, 16'384);
}

TEST(WebpHeader, finds_the_orientation_behind_other_chunks_and_ignores_a_damaged_one) {
  const Bytes simple = testing::webp(testing::textured(kSize));
  EXPECT_EQ(read_webp_header(testing::extended_webp(simple, kSize, 0x08, "EXIF", testing::exif(6)))->orientation, 6);
  EXPECT_EQ(read_webp_header(testing::extended_webp(simple, kSize, 0x08, "EXIF", Bytes(5, 'I')))->orientation, 1);
  Bytes cut = testing::extended_webp(simple, kSize, 0x08, "EXIF", testing::exif(6));
  cut.pop_back();
  EXPECT_EQ(read_webp_header(cut)->orientation, 1);
}

TEST(WebpHeader, refuses_an_animation) {
  const Bytes file = testing::extended_webp(testing::webp(testing::textured(kSize)), kSize, 0x02);
  EXPECT_EQ(read_webp_header(file).error().code, ErrorCode::unsupported_format);
}

TEST(WebpHeader, refuses_unknown_first_chunks_and_damaged_frame_headers) {
  const Bytes lossy = testing::webp(testing::textured(kSize));
  const Bytes lossless = testing::webp(testing::textured(kSize), true);
  const auto changed = [](Bytes file, std::size_t at, std::uint8_t flip) {
    file[at] = static_cast<std::uint8_t>(file[at] ^ flip);
    const auto header = read_webp_header(file);
    return header ? ErrorCode::internal : header.error().code;
  };
  EXPECT_EQ(changed(lossy, 15, 0x10), ErrorCode::undecodable_image);     // not "VP8 "
  EXPECT_EQ(changed(lossy, 20, 0x01), ErrorCode::undecodable_image);     // not a key frame
  EXPECT_EQ(changed(lossy, 23, 0xFF), ErrorCode::undecodable_image);     // start code
  EXPECT_EQ(changed(lossy, 26, 20), ErrorCode::undecodable_image);       // no width
  EXPECT_EQ(changed(lossless, 20, 0xFF), ErrorCode::undecodable_image);  // signature
}

TEST(WebpHeader, refuses_a_size_chunk_that_is_too_short) {
  Bytes file = testing::extended_webp(testing::webp(testing::textured(kSize)), kSize, 0);
  file[16] = 9;
  EXPECT_EQ(read_webp_header(file).error().code, ErrorCode::undecodable_image);
}

}  // namespace
}  // namespace hazard::image
