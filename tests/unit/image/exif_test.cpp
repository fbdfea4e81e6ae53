#include "image/exif.hpp"

#include <gtest/gtest.h>

#include "pictures.hpp"

namespace hazard::image {
namespace {

using testing::Bytes;
using testing::exif;

TEST(Exif, reads_each_orientation_in_both_byte_orders) {
  for (std::uint32_t orientation = 1; orientation <= 8; ++orientation) {
    EXPECT_EQ(exif_orientation(exif(orientation, true)), static_cast<int>(orientation));
    EXPECT_EQ(exif_orientation(exif(orientation, false)), static_cast<int>(orientation));
  }
}

TEST(Exif, takes_a_value_outside_1_to_8_as_upright) {
  for (const std::uint32_t value : {0U, 9U, 255U, 65'535U}) EXPECT_EQ(exif_orientation(exif(value)), 1);
}

TEST(Exif, finds_the_tag_behind_others) {
  Bytes block;
  testing::append(block, "II");
  testing::append_little_endian(block, 42, 2);
  testing::append_little_endian(block, 12, 4);
  testing::append(block, "gap!");
  testing::append_little_endian(block, 2, 2);
  testing::append_little_endian(block, 0x010F, 2);
  testing::append_little_endian(block, 2, 2);
  testing::append_little_endian(block, 4, 4);
  testing::append(block, "cam");
  block.push_back(0);
  const Bytes plain = exif(8);
  block.insert(block.end(), plain.begin() + 10, plain.end());
  EXPECT_EQ(exif_orientation(block), 8);
}

TEST(Exif, takes_a_block_cut_at_any_byte_as_upright) {
  const Bytes whole = exif(6);
  constexpr std::size_t kEntryEnd = 22;
  for (std::size_t size = 0; size < kEntryEnd; ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(exif_orientation(cut), 1) << size;
  }
}

TEST(Exif, takes_wrong_marks_types_counts_and_offsets_as_upright) {
  const auto changed = [](std::size_t at, std::uint8_t value) {
    Bytes block = exif(6);
    block[at] = value;
    return exif_orientation(block);
  };
  EXPECT_EQ(changed(0, 'X'), 1);
  EXPECT_EQ(changed(2, 43), 1);
  EXPECT_EQ(changed(4, 200), 1);  // the directory lies past the end
  EXPECT_EQ(changed(7, 255), 1);
  EXPECT_EQ(changed(8, 0), 1);    // no entries
  EXPECT_EQ(changed(12, 4), 1);   // a long, not a short
  EXPECT_EQ(changed(14, 2), 1);   // two values
  EXPECT_EQ(changed(9, 255), 6);  // more entries announced than there are, after the one that counts
}

}  // namespace
}  // namespace hazard::image
