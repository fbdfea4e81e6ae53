#include "image/exif_capture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "pictures.hpp"

namespace hazard::image {
namespace {

using testing::append_little_endian;
using testing::Bytes;

struct Field {
  std::uint32_t tag;
  std::uint32_t type;  // 2 text, 4 long, 5 rationals
  std::string text = {};
  std::vector<std::uint32_t> numbers = {};
};

// A directory at `at` with its values behind it, little-endian.
Bytes directory(std::uint32_t at, const std::vector<Field>& fields) {
  Bytes head;
  Bytes values;
  const auto values_at = at + 2 + 12 * static_cast<std::uint32_t>(fields.size()) + 4;
  append_little_endian(head, static_cast<std::uint32_t>(fields.size()), 2);
  for (const Field& field : fields) {
    Bytes value;
    for (const char c : field.text) value.push_back(static_cast<std::uint8_t>(c));
    if (field.type == 2) value.push_back(0);
    for (const std::uint32_t number : field.numbers) append_little_endian(value, number, 4);
    const auto count = field.type == 2   ? static_cast<std::uint32_t>(value.size())
                       : field.type == 5 ? static_cast<std::uint32_t>(field.numbers.size() / 2)
                                         : static_cast<std::uint32_t>(field.numbers.size());
    append_little_endian(head, field.tag, 2);
    append_little_endian(head, field.type, 2);
    append_little_endian(head, count, 4);
    if (value.size() <= 4) {
      value.resize(4);
      head.insert(head.end(), value.begin(), value.end());
    } else {
      append_little_endian(head, values_at + static_cast<std::uint32_t>(values.size()), 4);
      values.insert(values.end(), value.begin(), value.end());
    }
  }
  append_little_endian(head, 0, 4);
  head.insert(head.end(), values.begin(), values.end());
  return head;
}

Bytes tiff(const std::vector<Field>& exif, const std::vector<Field>& gps) {
  Bytes block{'I', 'I', 42, 0, 8, 0, 0, 0};
  const std::uint32_t exif_at = 8 + 2 + 2 * 12 + 4;
  const Bytes exif_bytes = directory(exif_at, exif);
  const auto gps_at = exif_at + static_cast<std::uint32_t>(exif_bytes.size());
  for (const Bytes& part :
       {directory(8, {{.tag = 0x8769, .type = 4, .numbers = {exif_at}}, {.tag = 0x8825, .type = 4, .numbers = {gps_at}}}),
        exif_bytes, directory(gps_at, gps)})
    block.insert(block.end(), part.begin(), part.end());
  return block;
}

const std::vector<Field> kPlace{{.tag = 1, .type = 2, .text = "S"},
                                {.tag = 2, .type = 5, .numbers = {33, 1, 30, 1, 3600, 100}},
                                {.tag = 3, .type = 2, .text = "W"},
                                {.tag = 4, .type = 5, .numbers = {70, 1, 15, 1, 0, 1}}};

double seconds(const std::optional<base::WallTime>& time) {
  return time ? static_cast<double>(std::chrono::duration_cast<std::chrono::microseconds>(time->time_since_epoch()).count()) / 1e6
              : -1;
}

TEST(ExifCapture, reads_the_place_with_its_signs) {
  const auto capture = exif_capture(tiff({}, kPlace));
  ASSERT_TRUE(capture.location);
  EXPECT_NEAR(capture.location->latitude, -33.51, 1e-9);
  EXPECT_NEAR(capture.location->longitude, -70.25, 1e-9);
  EXPECT_FALSE(capture.at);
}

TEST(ExifCapture, reads_time_fraction_and_zone) {
  const auto capture = exif_capture(tiff({{.tag = 0x9003, .type = 2, .text = "2026:05:17 10:20:30"},
                                          {.tag = 0x9011, .type = 2, .text = "+02:00"},
                                          {.tag = 0x9291, .type = 2, .text = "25"}},
                                         {}));
  EXPECT_DOUBLE_EQ(seconds(capture.at), 1779006030.25);  // 08:20:30.25 UTC
  EXPECT_TRUE(capture.in_utc);
}

TEST(ExifCapture, the_receivers_time_counts_where_the_camera_states_no_zone) {
  auto gps = kPlace;
  gps.push_back({.tag = 7, .type = 5, .numbers = {8, 1, 20, 1, 305, 10}});
  gps.push_back({.tag = 29, .type = 2, .text = "2026:05:17"});
  const auto capture = exif_capture(tiff({{.tag = 0x9003, .type = 2, .text = "2026:05:17 10:20:30"}}, gps));
  EXPECT_DOUBLE_EQ(seconds(capture.at), 1779006030.5);
  EXPECT_TRUE(capture.in_utc);
  const auto local = exif_capture(tiff({{.tag = 0x9003, .type = 2, .text = "2026:05:17 10:20:30"}}, kPlace));
  EXPECT_DOUBLE_EQ(seconds(local.at), 1779013230);
  EXPECT_FALSE(local.in_utc);
}

TEST(ExifCapture, leaves_out_what_makes_no_sense) {
  for (const char* text : {"0000:00:00 00:00:00", "2026:13:17 10:20:30", "2026:05:17 25:20:30", "2026:05:17", "soon",
                           "1989:12:31 10:00:00", "2201:01:01 00:00:00"})
    EXPECT_FALSE(exif_capture(tiff({{.tag = 0x9003, .type = 2, .text = text}}, {})).at) << text;
  auto far = kPlace;
  far[1].numbers = {91, 1, 0, 1, 0, 1};
  EXPECT_FALSE(exif_capture(tiff({}, far)).location);
  auto nowhere = kPlace;
  nowhere[1].numbers = nowhere[3].numbers = {0, 1, 0, 1, 0, 1};
  EXPECT_FALSE(exif_capture(tiff({}, nowhere)).location) << "(0,0) is what broken receivers send";
  auto unsided = kPlace;
  unsided[0].text = "X";
  EXPECT_FALSE(exif_capture(tiff({}, unsided)).location);
  auto divided = kPlace;
  divided[1].numbers = {33, 0, 30, 1, 0, 1};
  EXPECT_FALSE(exif_capture(tiff({}, divided)).location);
}

TEST(ExifCapture, survives_a_cut_at_every_byte) {
  const Bytes block = tiff({{.tag = 0x9003, .type = 2, .text = "2026:05:17 10:20:30"}}, kPlace);
  for (std::size_t size = 0; size < block.size(); ++size) exif_capture(domain::ByteView(block).first(size));
  Bytes wild = block;
  for (std::size_t at = 0; at < wild.size(); ++at) {
    const auto kept = std::exchange(wild[at], std::uint8_t{0xFF});
    exif_capture(wild);
    wild[at] = kept;
  }
  EXPECT_TRUE(exif_capture(block).location);
}

TEST(ExifCapture, other_formats_say_nothing) {
  const Bytes png{0x89, 'P', 'N', 'G'};
  EXPECT_FALSE(capture_of(png).at);
  EXPECT_FALSE(capture_of({}).location);
}

}  // namespace
}  // namespace hazard::image
