#include "image/jpeg_header.hpp"

#include <gtest/gtest.h>

#include "domain/limits.hpp"
#include "pictures.hpp"

namespace hazard::image {
namespace {

using domain::ErrorCode;
using testing::Bytes;

constexpr domain::SizePx kSize{64, 48};

Bytes progressive() { return testing::jpeg(testing::textured(kSize), 90, TJSAMP_420, TJFLAG_PROGRESSIVE); }

// Where the last scan's header begins.
std::size_t last_scan(const Bytes& file) {
  std::size_t found = 0;
  for (std::size_t i = 0; i + 1 < file.size(); ++i) {
    if (file[i] == 0xFF && file[i + 1] == 0xDA) found = i;
  }
  return found;
}

int scans_in(const Bytes& file) {
  int scans = 0;
  for (std::size_t i = 0; i + 1 < file.size(); ++i) scans += file[i] == 0xFF && file[i + 1] == 0xDA;
  return scans;
}

// The last scan again and again, as a scan bomb does.
Bytes with_scans(Bytes file, int scans) {
  const std::size_t at = last_scan(file);
  const Bytes scan(file.begin() + static_cast<std::ptrdiff_t>(at), file.end() - 2);
  for (int i = scans_in(file); i < scans; ++i) file.insert(file.end() - 2, scan.begin(), scan.end());
  return file;
}

ErrorCode body_refusal(const Bytes& bytes, domain::SizePx size = kSize) {
  const auto checked = check_jpeg_body(bytes, size);
  EXPECT_FALSE(checked.has_value());
  return checked ? ErrorCode::internal : checked.error().code;
}

TEST(JpegHeader, passes_over_fill_bytes_and_markers_without_a_segment) {
  Bytes file = testing::jpeg(testing::textured(kSize));
  const Bytes fill{0xFF, 0xFF, 0xFF, 0x01};
  file.insert(file.begin() + 2, fill.begin(), fill.end());
  const auto header = read_jpeg_header(file);
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->size, kSize);
}

TEST(JpegHeader, refuses_bytes_between_segments_that_are_no_marker) {
  Bytes file = testing::jpeg(testing::textured(kSize));
  file.insert(file.begin() + 2, {0x00, 0x12});
  EXPECT_EQ(read_jpeg_header(file).error().code, ErrorCode::undecodable_image);
}

TEST(JpegHeader, refuses_a_segment_shorter_than_its_own_length_or_longer_than_the_file) {
  Bytes file = testing::jpeg(testing::textured(kSize));
  for (const int length : {0, 1, 0xFFFF}) {
    file[4] = static_cast<std::uint8_t>(length >> 8);
    file[5] = static_cast<std::uint8_t>(length);
    EXPECT_EQ(read_jpeg_header(file).error().code, ErrorCode::undecodable_image);
  }
}

TEST(JpegHeader, refuses_a_file_whose_data_comes_before_its_frame_header) {
  for (const int marker : {0xD8, 0xD9, 0xDA}) {
    Bytes file = testing::jpeg(testing::textured(kSize));
    file.insert(file.begin() + 2, {0xFF, static_cast<std::uint8_t>(marker), 0, 2});
    EXPECT_EQ(read_jpeg_header(file).error().code, ErrorCode::undecodable_image);
  }
}

TEST(JpegHeader, reads_an_exif_segment_of_the_largest_size_and_ignores_a_damaged_one) {
  Bytes tiff = testing::exif(5);
  tiff.resize(65'533 - 6);
  EXPECT_EQ(read_jpeg_header(testing::with_exif(testing::jpeg(testing::textured(kSize)), tiff))->orientation, 5);
  tiff[4] = 0xFF;
  tiff[5] = 0xFF;
  EXPECT_EQ(read_jpeg_header(testing::with_exif(testing::jpeg(testing::textured(kSize)), tiff))->orientation, 1);
}

TEST(JpegBody, accepts_baseline_progressive_and_restart_markers) {
  EXPECT_TRUE(check_jpeg_body(testing::jpeg(testing::textured(kSize)), kSize).has_value());
  EXPECT_TRUE(check_jpeg_body(progressive(), kSize).has_value());
}

TEST(JpegBody, accepts_bytes_after_the_end_marker_as_phones_append_them) {
  Bytes file = testing::jpeg(testing::textured(kSize));
  file.insert(file.end(), 1000, 0xAB);
  EXPECT_TRUE(check_jpeg_body(file, kSize).has_value());
}

TEST(JpegBody, does_not_take_an_end_marker_in_a_thumbnail_for_the_end) {
  Bytes tiff = testing::exif(1);
  tiff.insert(tiff.end(), {0xFF, 0xD9, 0xFF, 0xDA});
  Bytes file = testing::with_exif(testing::jpeg(testing::textured(kSize)), tiff);
  EXPECT_TRUE(check_jpeg_body(file, kSize).has_value());
  file.resize(file.size() - 2);
  EXPECT_EQ(body_refusal(file), ErrorCode::undecodable_image);
}

TEST(JpegBody, counts_scans_at_below_and_above_the_limit_of_64) {
  EXPECT_TRUE(check_jpeg_body(with_scans(progressive(), 63), kSize).has_value());
  EXPECT_TRUE(check_jpeg_body(with_scans(progressive(), 64), kSize).has_value());
  EXPECT_EQ(body_refusal(with_scans(progressive(), 65)), ErrorCode::unsupported_format);
  EXPECT_EQ(body_refusal(with_scans(progressive(), 10'000)), ErrorCode::unsupported_format);
}

TEST(JpegBody, allows_a_large_picture_fewer_scans) {
  constexpr domain::SizePx kLarge{8'000, 5'000};
  ASSERT_EQ(std::int64_t{kLarge.width} * kLarge.height, domain::kPicturePixelsMax);
  Bytes file = with_scans(progressive(), 16);
  file.resize(file.size() + 200'000);  // enough bytes for the size; after the end marker nothing is read
  EXPECT_TRUE(check_jpeg_body(file, kLarge).has_value());
  file = with_scans(progressive(), 17);
  file.resize(file.size() + 200'000);
  EXPECT_EQ(body_refusal(file, kLarge), ErrorCode::unsupported_format);
}

TEST(JpegBody, refuses_fewer_bytes_than_the_blankest_picture_of_that_size_has) {
  const Bytes file = testing::jpeg(testing::textured(kSize));
  const int rows = static_cast<int>(file.size());
  EXPECT_TRUE(check_jpeg_body(file, {512, rows}).has_value());
  EXPECT_EQ(body_refusal(file, {512, rows + 1}), ErrorCode::undecodable_image);
  // What an encoder makes of one colour stays well above it.
  EXPECT_TRUE(check_jpeg_body(testing::jpeg(testing::flat({2000, 1500}, 9, 9, 9), 1), {2000, 1500}).has_value());
}

TEST(JpegBody, refuses_a_file_without_picture_data) {
  Bytes file = testing::jpeg(testing::textured(kSize));
  file.resize(last_scan(file));
  file.insert(file.end(), {0xFF, 0xD9});
  EXPECT_EQ(body_refusal(file), ErrorCode::undecodable_image);
}

}  // namespace
}  // namespace hazard::image
