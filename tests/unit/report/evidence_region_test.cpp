#include "report/evidence_region.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace hazard::report {
namespace {

constexpr domain::SizePx kPicture{1280, 720};

TEST(EvidenceRegion, a_crop_has_a_margin_on_every_side) {
  const auto rect = evidence_region(EvidenceMode::crop, {600, 400, 700, 440}, kPicture);
  EXPECT_EQ(rect, (PixelRect{565, 365, 170, 110}));
}

TEST(EvidenceRegion, a_small_box_gets_a_crop_that_can_be_looked_at) {
  const auto rect = evidence_region(EvidenceMode::crop, {600, 400, 606, 404}, kPicture);
  ASSERT_TRUE(rect.has_value());
  EXPECT_GE(rect->width, kCropSideLeast);
  EXPECT_GE(rect->height, kCropSideLeast);
  EXPECT_LE(rect->width, kCropSideLeast + 2);
}

TEST(EvidenceRegion, at_an_edge_the_crop_stays_inside) {
  for (const domain::PixelBox box : {domain::PixelBox{0, 0, 10, 10}, domain::PixelBox{1270, 710, 1280, 720}}) {
    const auto rect = evidence_region(EvidenceMode::crop, box, kPicture);
    ASSERT_TRUE(rect.has_value());
    EXPECT_GE(rect->x, 0);
    EXPECT_GE(rect->y, 0);
    EXPECT_LE(rect->x + rect->width, kPicture.width);
    EXPECT_LE(rect->y + rect->height, kPicture.height);
    EXPECT_GE(rect->width, kCropSideLeast);
  }
}

TEST(EvidenceRegion, a_box_that_fills_half_the_picture_gets_no_margin_so_that_the_crop_is_no_frame) {
  const auto rect = evidence_region(EvidenceMode::crop, {200, 100, 1000, 600}, kPicture);
  EXPECT_EQ(rect, (PixelRect{200, 100, 800, 500}));
}

TEST(EvidenceRegion, frame_is_all_and_none_is_nothing) {
  EXPECT_EQ(evidence_region(EvidenceMode::frame, {1, 1, 2, 2}, kPicture), (PixelRect{0, 0, 1280, 720}));
  EXPECT_FALSE(evidence_region(EvidenceMode::none, {1, 1, 2, 2}, kPicture).has_value());
}

TEST(EvidenceRegion, boxes_outside_and_no_numbers_give_nothing) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(evidence_region(EvidenceMode::crop, {-50, -50, -10, -10}, kPicture).has_value());
  EXPECT_FALSE(evidence_region(EvidenceMode::crop, {2000, 10, 3000, 20}, kPicture).has_value());
  EXPECT_FALSE(evidence_region(EvidenceMode::crop, {kNan, 0, 10, 10}, kPicture).has_value());
  EXPECT_FALSE(evidence_region(EvidenceMode::crop, {10, 10, 10, 20}, kPicture).has_value());
  EXPECT_FALSE(evidence_region(EvidenceMode::crop, {0, 0, 1, 1}, {0, 0}).has_value());
}

TEST(EvidenceRegion, a_picture_smaller_than_the_least_crop_is_taken_whole) {
  EXPECT_EQ(evidence_region(EvidenceMode::crop, {5, 5, 9, 9}, {40, 32}), (PixelRect{0, 0, 40, 32}));
}

TEST(EvidenceMode, has_three_words) {
  EXPECT_EQ(evidence_mode_from("crop"), EvidenceMode::crop);
  EXPECT_EQ(evidence_mode_from("frame"), EvidenceMode::frame);
  EXPECT_EQ(evidence_mode_from("none"), EvidenceMode::none);
  EXPECT_FALSE(evidence_mode_from("Crop").has_value());
  EXPECT_FALSE(evidence_mode_from("").has_value());
}

}  // namespace
}  // namespace hazard::report
