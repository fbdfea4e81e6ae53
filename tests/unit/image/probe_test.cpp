#include <gtest/gtest.h>

#include "image/decoder.hpp"
#include "pictures.hpp"

namespace hazard::image {
namespace {

using domain::ErrorCode;
using testing::Bytes;
using testing::SizePx;

ErrorCode refusal(const Bytes& bytes, std::int64_t pixels_max = domain::kPicturePixelsMax) {
  const auto header = probe(bytes, pixels_max);
  EXPECT_FALSE(header.has_value());
  if (header) return ErrorCode::internal;
  EXPECT_TRUE(header.error().message.ends_with('.')) << header.error().message;
  return header.error().code;
}

// Only what probe() reads: signature, IHDR with its checksum left at zero.
Bytes png_header(std::uint32_t width, std::uint32_t height) {
  Bytes bytes;
  testing::append(bytes, "\x89PNG\r\n\x1A\n");
  testing::append_big_endian(bytes, 13, 4);
  testing::append(bytes, "IHDR");
  testing::append_big_endian(bytes, width, 4);
  testing::append_big_endian(bytes, height, 4);
  bytes.insert(bytes.end(), {8, 2, 0, 0, 0, 0, 0, 0, 0});
  return bytes;
}

Bytes jpeg_header(std::uint32_t width, std::uint32_t height) {
  Bytes bytes{0xFF, 0xD8, 0xFF, 0xC0, 0, 17, 8};
  testing::append_big_endian(bytes, height, 2);
  testing::append_big_endian(bytes, width, 2);
  bytes.insert(bytes.end(), {3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1});
  return bytes;
}

TEST(Probe, tells_the_formats_apart_by_content_and_reads_their_size) {
  const auto picture = testing::textured({61, 47});
  const auto expect = [](const Bytes& bytes, Format format) {
    const auto header = probe(bytes);
    ASSERT_TRUE(header.has_value()) << header.error().message;
    EXPECT_EQ(header->format, format);
    EXPECT_EQ(header->stored, (SizePx{61, 47}));
    EXPECT_EQ(header->upright, (SizePx{61, 47}));
    EXPECT_EQ(header->orientation, 1);
  };
  expect(testing::jpeg(picture), Format::jpeg);
  expect(testing::jpeg(picture, 90, TJSAMP_GRAY), Format::jpeg);
  expect(testing::jpeg(picture, 90, TJSAMP_420, TJFLAG_PROGRESSIVE), Format::jpeg);
  expect(testing::png(picture), Format::png);
  expect(testing::webp(picture), Format::webp);
  expect(testing::webp(picture, true), Format::webp);
  expect(testing::extended_webp(testing::webp(picture), {61, 47}, 0), Format::webp);
  expect(testing::bmp(picture), Format::bmp);
  expect(testing::bmp(picture, {.bits = 32, .top_down = true, .header_bytes = 124}), Format::bmp);
}

TEST(Probe, tells_a_format_by_its_first_bytes_though_the_rest_is_missing) {
  const auto of = [](std::string_view text) { return format_of(Bytes(text.begin(), text.end())); };
  EXPECT_EQ(of("\xFF\xD8\xFF"), Format::jpeg);
  EXPECT_EQ(of("\x89PNG\r\n\x1A\n"), Format::png);
  EXPECT_EQ(of("RIFF....WEBP"), Format::webp);
  EXPECT_EQ(of("BM"), Format::bmp);
  for (const std::string_view other : {"", "{}", "GIF89a", "RIFF....WAVE", "\xFF\xD8"})
    EXPECT_EQ(of(other), std::nullopt) << other;
}

TEST(Probe, names_formats_as_users_write_them) {
  EXPECT_EQ(to_string(Format::jpeg), "jpeg");
  EXPECT_EQ(to_string(Format::png), "png");
  EXPECT_EQ(to_string(Format::webp), "webp");
  EXPECT_EQ(to_string(Format::bmp), "bmp");
}

TEST(Probe, swaps_the_sides_of_a_picture_that_lies_on_its_side) {
  const auto bytes = testing::with_exif(testing::jpeg(testing::textured({61, 47})), testing::exif(6));
  const auto header = probe(bytes);
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->orientation, 6);
  EXPECT_EQ(header->stored, (SizePx{61, 47}));
  EXPECT_EQ(header->upright, (SizePx{47, 61}));
}

TEST(Probe, takes_the_first_exif_segment_and_skips_other_segments) {
  auto bytes = testing::with_exif(testing::jpeg(testing::textured({61, 47})), testing::exif(3));
  bytes = testing::with_jpeg_segment(bytes, 0xE1, Bytes{'h', 't', 't', 'p'});
  bytes = testing::with_exif(bytes, testing::exif(8));
  bytes = testing::with_jpeg_segment(bytes, 0xFE, Bytes(60'000, 'c'));
  EXPECT_EQ(probe(bytes)->orientation, 8);
}

// The contract answers this picture from its header alone: it is the web smoke script's own, with a damaged IDAT.
TEST(Probe, accepts_the_header_of_a_png_whose_data_is_damaged) {
  Bytes bytes = png_header(1, 1);
  testing::append_big_endian(bytes, 13, 4);
  testing::append(bytes, "IDAT");
  bytes.insert(bytes.end(), {0x08, 0xD7, 0x63, 0xF8});
  const auto header = probe(bytes);
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->stored, (SizePx{1, 1}));
}

TEST(Probe, counts_pixels_against_the_budget_at_below_and_above_it) {
  const Bytes bytes = jpeg_header(100, 50);
  EXPECT_TRUE(probe(bytes, 5'001).has_value());
  EXPECT_TRUE(probe(bytes, 5'000).has_value());
  EXPECT_EQ(refusal(bytes, 4'999), ErrorCode::image_too_large);
  EXPECT_TRUE(probe(jpeg_header(8'000, 5'000)).has_value());
  EXPECT_EQ(refusal(jpeg_header(8'001, 5'000)), ErrorCode::image_too_large);
}

TEST(Probe, refuses_giant_pictures_from_their_header) {
  EXPECT_EQ(refusal(png_header(60'000, 60'000)), ErrorCode::image_too_large);
  EXPECT_EQ(refusal(png_header(0x7FFF'FFFF, 0x7FFF'FFFF)), ErrorCode::image_too_large);
  EXPECT_EQ(refusal(jpeg_header(65'535, 65'535)), ErrorCode::image_too_large);
  const auto webp = testing::extended_webp(testing::webp(testing::textured({8, 8})), {16'383, 16'383}, 0);
  EXPECT_EQ(refusal(webp), ErrorCode::image_too_large);
  auto bmp = testing::bmp(testing::textured({8, 8}));
  bmp[18] = bmp[19] = bmp[20] = 0xFF;
  EXPECT_EQ(refusal(bmp), ErrorCode::image_too_large);
}

TEST(Probe, refuses_a_side_over_65535_even_when_the_pixels_are_few) {
  EXPECT_TRUE(probe(png_header(65'535, 2)).has_value());
  EXPECT_EQ(refusal(png_header(65'536, 2)), ErrorCode::image_too_large);
  EXPECT_EQ(refusal(png_header(2, 65'536)), ErrorCode::image_too_large);
}

TEST(Probe, refuses_headers_without_a_valid_size) {
  EXPECT_EQ(refusal(png_header(0, 5)), ErrorCode::undecodable_image);
  EXPECT_EQ(refusal(png_header(5, 0)), ErrorCode::undecodable_image);
  EXPECT_EQ(refusal(png_header(0x8000'0000, 5)), ErrorCode::undecodable_image);
  EXPECT_EQ(refusal(jpeg_header(0, 5)), ErrorCode::undecodable_image);
  EXPECT_EQ(refusal(jpeg_header(5, 0)), ErrorCode::undecodable_image);
}

TEST(Probe, refuses_print_colours_in_words) {
  const auto bytes = testing::cmyk_jpeg({64, 64});
  EXPECT_EQ(refusal(bytes), ErrorCode::unsupported_format);
  EXPECT_NE(probe(bytes).error().message.find("CMYK"), std::string::npos);
}

TEST(Probe, refuses_jpeg_kinds_that_no_camera_sends) {
  const auto changed = [](std::size_t at, std::uint8_t value) {
    Bytes bytes = jpeg_header(64, 64);
    bytes[at] = value;
    return refusal(bytes);
  };
  for (const int marker : {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}) {
    EXPECT_EQ(changed(3, static_cast<std::uint8_t>(marker)), ErrorCode::unsupported_format);
  }
  EXPECT_EQ(changed(6, 12), ErrorCode::unsupported_format);
  EXPECT_EQ(changed(11, 2), ErrorCode::unsupported_format);
  EXPECT_EQ(changed(11, 0), ErrorCode::unsupported_format);
  EXPECT_EQ(changed(11, 1), ErrorCode::undecodable_image);  // one component announced, three described
}

TEST(Probe, refuses_animations_in_words) {
  const auto picture = testing::textured({16, 16});
  const auto apng = testing::with_png_chunk(testing::png(picture), "acTL", {0, 0, 0, 2, 0, 0, 0, 0});
  EXPECT_EQ(refusal(apng), ErrorCode::unsupported_format);
  EXPECT_NE(probe(apng).error().message.find("animated"), std::string::npos);
  const auto webp = testing::extended_webp(testing::webp(picture), picture.size, 0x02);
  EXPECT_EQ(refusal(webp), ErrorCode::unsupported_format);
  EXPECT_NE(probe(webp).error().message.find("animated"), std::string::npos);
}

TEST(Probe, refuses_bmp_kinds_it_does_not_read) {
  const auto picture = testing::textured({16, 16});
  EXPECT_EQ(refusal(testing::bmp(picture, {.compression = 1})), ErrorCode::unsupported_format);
  EXPECT_EQ(refusal(testing::bmp(picture, {.bits = 32, .compression = 3})), ErrorCode::unsupported_format);
  EXPECT_EQ(refusal(testing::bmp(picture, {.bits = 16})), ErrorCode::unsupported_format);
  EXPECT_EQ(refusal(testing::bmp(picture, {.bits = 8})), ErrorCode::unsupported_format);
  auto old_header = testing::bmp(picture);
  old_header[14] = 12;
  EXPECT_EQ(refusal(old_header), ErrorCode::unsupported_format);
  auto upside_down_minimum = testing::bmp(picture);
  upside_down_minimum[22] = upside_down_minimum[23] = upside_down_minimum[24] = 0;
  upside_down_minimum[25] = 0x80;  // -2^31 has no positive counterpart
  EXPECT_EQ(refusal(upside_down_minimum), ErrorCode::undecodable_image);
}

TEST(Probe, names_foreign_formats_in_its_refusal) {
  const auto message = [](std::string_view begin) {
    Bytes bytes;
    testing::append(bytes, begin);
    bytes.resize(bytes.size() + 64);
    const auto header = probe(bytes);
    EXPECT_FALSE(header.has_value());
    EXPECT_EQ(header.error().code, ErrorCode::unsupported_format);
    return header.error().message;
  };
  EXPECT_NE(message("GIF89a").find("GIF"), std::string::npos);
  EXPECT_NE(message({"II*\0", 4}).find("TIFF"), std::string::npos);
  EXPECT_NE(message({"\0\0\0\x18"
                     "ftypheic",
                     12})
                .find("HEIC"),
            std::string::npos);
  EXPECT_NE(message({"\0\0\0\x18"
                     "ftypavif",
                     12})
                .find("AVIF"),
            std::string::npos);
  EXPECT_NE(message("<svg xmlns").find("SVG"), std::string::npos);
  EXPECT_NE(message("hello").find("not a JPEG"), std::string::npos);
}

TEST(Probe, refuses_nothing_at_all_and_every_cut_of_a_header) {
  EXPECT_EQ(refusal({}), ErrorCode::undecodable_image);
  const auto picture = testing::textured({16, 16});
  // The least that is needed of each: magic, and the bytes that hold the size.
  for (const auto& [whole, needed] : {std::pair{jpeg_header(16, 16), std::size_t{21}},
                                      {png_header(16, 16), 33},
                                      {testing::webp(picture), 30},
                                      {testing::webp(picture, true), 25},
                                      {testing::bmp(picture), 54}}) {
    for (std::size_t size = 0; size < needed; ++size) {
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_FALSE(probe(cut).has_value()) << size;
    }
    const Bytes enough(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(needed));
    EXPECT_TRUE(probe(enough).has_value()) << needed;
  }
}

}  // namespace
}  // namespace hazard::image
