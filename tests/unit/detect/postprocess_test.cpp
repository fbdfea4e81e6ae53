#include "detect/postprocess.hpp"

#include <gtest/gtest.h>

namespace hazard::detect {
namespace {

OutputLayout rows(std::size_t boxes) {
  return {.order = BoxOrder::nms_inside, .units = BoxUnits::input_pixels, .classes = 2, .boxes = boxes, .words = {}};
}

std::vector<domain::Detection> detect(const std::vector<float>& output, domain::SizePx picture, DetectOptions options = {}) {
  std::vector<Candidate> scratch;
  return detections_from(rows(output.size() / 6), output, domain::Letterbox::fit(picture, {640, 640}), options, scratch);
}

TEST(Postprocess, maps_boxes_into_the_picture_as_it_was_sent) {
  // 1280x720 lies in 640x640 at half size, 140 pixels below the top.
  const auto found = detect({100, 190, 140, 230, 0.9F, 1}, {1280, 720});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].box, (domain::PixelBox{200, 100, 280, 180}));
  EXPECT_FLOAT_EQ(found[0].confidence, 0.9F);
  EXPECT_EQ(found[0].class_id, 1);
}

TEST(Postprocess, cuts_boxes_at_the_edge_of_the_picture) {
  const auto found = detect({-10, 130, 20, 160, 0.9F, 0}, {1280, 720});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].box, (domain::PixelBox{0, 0, 40, 40}));
}

TEST(Postprocess, a_box_in_a_bar_is_left_out_and_takes_no_place) {
  const std::vector<float> output{100, 10, 140, 50, 0.9F, 0, 100, 300, 140, 340, 0.8F, 0};
  EXPECT_EQ(detect(output, {1280, 720}).size(), 1U);
  const auto found = detect(output, {1280, 720}, {.max_detections = 1});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FLOAT_EQ(found[0].confidence, 0.8F);
}

TEST(Postprocess, follows_each_option) {
  const std::vector<float> output{100, 300, 140, 340, 0.9F, 0, 104, 300, 144, 340, 0.8F, 0, 300, 300, 340, 340, 0.4F, 1};
  EXPECT_EQ(detect(output, {640, 640}, {.confidence_threshold = 0.3F}).size(), 2U);
  EXPECT_EQ(detect(output, {640, 640}, {.confidence_threshold = 0.5F}).size(), 1U);
  EXPECT_EQ(detect(output, {640, 640}, {.confidence_threshold = 0.3F, .iou_threshold = 0.9F}).size(), 3U);
  EXPECT_EQ(detect(output, {640, 640}, {.confidence_threshold = 0.3F, .max_detections = 1}).size(), 1U);
  EXPECT_EQ(detect(output, {640, 640}, {.max_detections = 0}).size(), 0U);
  EXPECT_EQ(detect(output, {640, 640}, {.max_detections = -1}).size(), 0U);
}

TEST(Postprocess, repeats_exactly_with_used_scratch) {
  const std::vector<float> output{100, 300, 140, 340, 0.9F, 0, 300, 300, 340, 340, 0.9F, 1};
  std::vector<Candidate> scratch;
  const auto letterbox = domain::Letterbox::fit({640, 640}, {640, 640});
  const auto once = detections_from(rows(2), output, letterbox, {}, scratch);
  const auto again = detections_from(rows(2), output, letterbox, {}, scratch);
  ASSERT_EQ(once.size(), 2U);
  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(once[0].box, again[0].box);
  EXPECT_EQ(once[0].class_id, 0);
}

}  // namespace
}  // namespace hazard::detect
