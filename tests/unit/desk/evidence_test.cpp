#include "desk/evidence.hpp"

#include <gtest/gtest.h>

#include <bit>

#include "image/decoder.hpp"
#include "support/pictures.hpp"

namespace hazard::desk {
namespace {

using report::EvidenceMode;

TEST(likeness, the_same_picture_differs_in_few_bits_and_another_in_many) {
  const auto one = likeness(test::jpeg({640, 360}, 90));
  const auto again = likeness(test::jpeg({640, 360}, 40));
  ASSERT_TRUE(one && again);
  EXPECT_LE(std::popcount(*one ^ *again), 10);
  domain::RgbPicture mirrored = test::gradient({640, 360});
  for (auto& value : mirrored.pixels) value = static_cast<std::uint8_t>(255 - value);
  const auto other = likeness(image::JpegEncoder().encode(mirrored.view(), 90));
  ASSERT_TRUE(other);
  EXPECT_GT(std::popcount(*one ^ *other), 20);
}

TEST(likeness, what_cannot_be_decoded_or_is_too_thin_has_none) {
  EXPECT_FALSE(likeness(domain::Bytes{'n', 'o'}));
  EXPECT_FALSE(likeness(test::jpeg({2000, 40})));
}

TEST(cut_evidence, a_crop_is_smaller_than_the_picture_and_says_where_it_was) {
  const auto cut = cut_evidence(test::jpeg({640, 360}), EvidenceMode::crop, domain::PixelBox{300, 200, 360, 240});
  ASSERT_TRUE(cut);
  EXPECT_LT(cut->size.width, 320);
  EXPECT_GT(cut->left, 200);
  const auto header = image::probe(cut->jpeg);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->stored, cut->size);
}

TEST(cut_evidence, nothing_is_kept_where_nothing_may_be) {
  const auto picture = test::jpeg({640, 360});
  EXPECT_FALSE(cut_evidence(picture, EvidenceMode::none, domain::PixelBox{1, 2, 30, 40}));
  EXPECT_FALSE(cut_evidence(picture, EvidenceMode::crop, {})) << "a crop of nothing would be the whole frame";
  EXPECT_FALSE(cut_evidence(picture, EvidenceMode::crop, domain::PixelBox{700, 500, 800, 600}));
  EXPECT_FALSE(cut_evidence(domain::Bytes{1, 2, 3}, EvidenceMode::frame, {}));
}

TEST(cut_evidence, mode_frame_keeps_it_all) {
  const auto cut = cut_evidence(test::jpeg({640, 360}), EvidenceMode::frame, {});
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->size, (domain::SizePx{640, 360}));
}

TEST(plot_evidence, draws_on_a_picture_of_the_same_size) {
  const auto cut = cut_evidence(test::jpeg({640, 360}), EvidenceMode::crop, domain::PixelBox{300, 200, 360, 240});
  ASSERT_TRUE(cut);
  const auto plot = plot_evidence(cut->jpeg, {10, 10, 50, 40}, "pothole", 0.9F);
  ASSERT_TRUE(plot);
  EXPECT_NE(*plot, cut->jpeg);
  EXPECT_EQ(image::probe(*plot)->stored, cut->size);
}

}  // namespace
}  // namespace hazard::desk
