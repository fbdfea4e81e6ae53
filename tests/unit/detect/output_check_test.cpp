#include "detect/output_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace hazard::detect {
namespace {

using testing::HasSubstr;

OutputLayout layout(BoxOrder order, std::size_t boxes) {
  return {.order = order, .units = BoxUnits::input_pixels, .classes = 2, .boxes = boxes, .words = {}};
}

std::string verdict(BoxOrder order, std::size_t boxes, const std::vector<float>& output) {
  const auto checked = check_first_output(layout(order, boxes), output);
  return checked ? "good" : checked.error().message;
}

TEST(OutputCheck, lets_good_outputs_in) {
  EXPECT_EQ(verdict(BoxOrder::channels_first, 2, {900, 2, 3, 4, 5, 6, 7, 8, 0, 1, 0.5F, 0.2F}), "good");
  EXPECT_EQ(verdict(BoxOrder::boxes_first, 2, {900, 2, 3, 4, 0, 1, 5, 6, 7, 8, 0.5F, 0.2F}), "good");
  EXPECT_EQ(verdict(BoxOrder::nms_inside, 2, {1, 2, 3, 4, 0.9F, 1, 0, 0, 0, 0, 0, -1}), "good");
  EXPECT_EQ(verdict(BoxOrder::nms_inside, 0, {}), "good");
}

TEST(OutputCheck, refuses_scores_that_are_none) {
  EXPECT_THAT(verdict(BoxOrder::channels_first, 1, {1, 2, 3, 4, 0.5F, 57600}), HasSubstr("score of 57600"));
  EXPECT_THAT(verdict(BoxOrder::boxes_first, 1, {1, 2, 3, 4, -6.5F, 0}), HasSubstr("sigmoid"));
  EXPECT_THAT(verdict(BoxOrder::nms_inside, 1, {1, 2, 3, 4, 57600, 0}), HasSubstr("57600"));
  EXPECT_EQ(verdict(BoxOrder::boxes_first, 1, {1, 2, 3, 4, 1.01F, -0.01F}), "good");
  EXPECT_NE(verdict(BoxOrder::boxes_first, 1, {1, 2, 3, 4, 1.02F, 0}), "good");
}

TEST(OutputCheck, refuses_classes_that_no_name_covers) {
  EXPECT_THAT(verdict(BoxOrder::nms_inside, 1, {1, 2, 3, 4, 0.9F, 7995}), HasSubstr("class 7995, but 2 are named"));
  EXPECT_THAT(verdict(BoxOrder::nms_inside, 1, {1, 2, 3, 4, 0.9F, 2}), HasSubstr("class 2"));
  EXPECT_THAT(verdict(BoxOrder::nms_inside, 1, {1, 2, 3, 4, 0.9F, -1}), HasSubstr("class -1"));
}

TEST(OutputCheck, refuses_numbers_that_are_not_finite_and_sizes_that_are_not_promised) {
  EXPECT_THAT(verdict(BoxOrder::boxes_first, 1, {std::numeric_limits<float>::quiet_NaN(), 2, 3, 4, 0, 0}),
              HasSubstr("not finite"));
  EXPECT_THAT(verdict(BoxOrder::boxes_first, 1, {1, 2, 3, 4, 0, std::numeric_limits<float>::infinity()}),
              HasSubstr("not finite"));
  EXPECT_THAT(verdict(BoxOrder::boxes_first, 2, {1, 2, 3, 4, 0, 0}), HasSubstr("6 numbers"));
  EXPECT_THAT(verdict(BoxOrder::nms_inside, 0, {1, 2, 3, 4, 0}), HasSubstr("5 numbers"));
}

}  // namespace
}  // namespace hazard::detect
