#include "detect/output_layout.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hazard::detect {
namespace {

using testing::HasSubstr;

constexpr domain::SizePx kSquare{640, 640};  // 8400 grid cells

domain::Result<OutputLayout> decide(std::vector<long> shape, LayoutHints hints) { return decide_output_layout(shape, hints); }

LayoutHints classes(std::size_t count, domain::SizePx input = kSquare) {
  return {.classes = count, .input = input, .nms_inside = {}, .unit_boxes = false};
}

LayoutHints said(std::size_t count, bool nms_inside, domain::SizePx input = kSquare) {
  return {.classes = count, .input = input, .nms_inside = nms_inside, .unit_boxes = false};
}

std::string why_refused(std::vector<long> shape, LayoutHints hints) {
  const auto layout = decide(std::move(shape), hints);
  if (layout) return "accepted as " + layout->words;
  EXPECT_EQ(layout.error().code, domain::ErrorCode::model_not_ready);
  return layout.error().message;
}

TEST(OutputLayout, knows_the_raw_head_with_channels_first) {
  for (const std::size_t count : {1U, 2U, 5U, 80U}) {
    const auto layout = decide({1, static_cast<long>(4 + count), 8400}, classes(count));
    ASSERT_TRUE(layout) << layout.error().message;
    EXPECT_EQ(layout->order, BoxOrder::channels_first);
    EXPECT_EQ(layout->boxes, 8400U);
    EXPECT_EQ(layout->classes, count);
  }
  EXPECT_THAT(decide({1, 6, 8400}, classes(2))->words, HasSubstr("raw (1, 4+2, 8400)"));
}

TEST(OutputLayout, knows_the_raw_head_with_boxes_first) {
  for (const std::size_t count : {1U, 2U, 5U, 80U}) {
    const auto layout = decide({1, 8400, static_cast<long>(4 + count)}, classes(count));
    ASSERT_TRUE(layout) << layout.error().message;
    EXPECT_EQ(layout->order, BoxOrder::boxes_first);
    EXPECT_EQ(layout->boxes, 8400U);
  }
}

TEST(OutputLayout, knows_nms_inside_for_any_class_count) {
  for (const std::size_t count : {1U, 2U, 3U, 80U}) {
    const auto layout = decide({1, 300, 6}, classes(count));
    ASSERT_TRUE(layout) << layout.error().message;
    EXPECT_EQ(layout->order, BoxOrder::nms_inside) << count;
    EXPECT_EQ(layout->boxes, 300U);
  }
}

TEST(OutputLayout, rows_beyond_the_usual_need_the_metadata_to_vouch) {
  EXPECT_TRUE(decide({1, 300, 6}, classes(80)));
  EXPECT_TRUE(decide({1, 299, 6}, classes(80)));
  EXPECT_FALSE(decide({1, 301, 6}, classes(80)));
  EXPECT_EQ(decide({1, 1000, 6}, said(80, true))->order, BoxOrder::nms_inside);
}

TEST(OutputLayout, takes_as_many_rows_as_come_when_nms_leaves_them_open) {
  const auto layout = decide({1, -1, 6}, classes(80));
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->order, BoxOrder::nms_inside);
  EXPECT_EQ(layout->boxes, 0U);
  EXPECT_THAT(layout->words, HasSubstr("any number"));
  EXPECT_EQ(decide({1, -1, 6}, classes(2))->order, BoxOrder::nms_inside);
}

TEST(OutputLayout, two_classes_and_six_columns_are_decided_by_the_grid) {
  EXPECT_EQ(decide({1, 8400, 6}, classes(2))->order, BoxOrder::boxes_first);
  EXPECT_EQ(decide({1, 5040, 6}, classes(2, {640, 384}))->order, BoxOrder::boxes_first);
  EXPECT_EQ(decide({1, 300, 6}, classes(2))->order, BoxOrder::nms_inside);
  // 252 cells of a 96x128 input: fewer than 300 rows, and yet raw.
  EXPECT_EQ(decide({1, 252, 6}, classes(2, {96, 128}))->order, BoxOrder::boxes_first);
  EXPECT_THAT(decide({1, 252, 6}, classes(2, {96, 128}))->words, HasSubstr("one row per grid cell"));
  EXPECT_THAT(decide({1, 300, 6}, classes(2))->words, HasSubstr("not the input's grid cells"));
}

TEST(OutputLayout, two_classes_and_six_columns_follow_the_metadata_when_it_speaks) {
  EXPECT_EQ(decide({1, 8400, 6}, said(2, true))->order, BoxOrder::nms_inside);
  EXPECT_EQ(decide({1, 8400, 6}, said(2, false))->order, BoxOrder::boxes_first);
  EXPECT_THAT(decide({1, 252, 6}, said(2, true, {96, 128}))->words, HasSubstr("the metadata says so"));
  EXPECT_THAT(why_refused({1, 300, 6}, said(2, false)), HasSubstr("'nms: false'"));
}

TEST(OutputLayout, both_sides_fitting_is_decided_by_the_grid_or_refused) {
  // 17 classes and a 32x32 input: 21 cells and 21 columns.
  EXPECT_THAT(why_refused({1, 21, 21}, classes(17, {32, 32})), HasSubstr("two ways"));
  EXPECT_EQ(decide({1, 84, 21}, classes(17, {64, 64}))->order, BoxOrder::boxes_first);
  EXPECT_EQ(decide({1, 21, 84}, classes(17, {64, 64}))->order, BoxOrder::channels_first);
  EXPECT_THAT(why_refused({1, 6, 6}, classes(2)), HasSubstr("two ways"));
  EXPECT_EQ(decide({1, 6, 6}, said(2, true))->order, BoxOrder::nms_inside);
}

TEST(OutputLayout, refuses_a_class_count_that_is_not_the_names) {
  EXPECT_THAT(why_refused({1, 84, 8400}, classes(2)), HasSubstr("that of 80 classes, but 2 are named"));
  EXPECT_THAT(why_refused({1, 8400, 84}, classes(2)), HasSubstr("that of 80 classes, but 2 are named"));
  EXPECT_THAT(why_refused({1, 6, 8400}, classes(80)), HasSubstr("that of 2 classes, but 80 are named"));
  EXPECT_THAT(why_refused({1, 5, 8400}, classes(2)), HasSubstr("that of 1 classes"));
}

TEST(OutputLayout, refuses_an_objectness_column) {
  EXPECT_THAT(why_refused({1, 25200, 85}, classes(80)), HasSubstr("objectness"));
  EXPECT_THAT(why_refused({1, 7, 8400}, classes(2)), HasSubstr("objectness"));
}

TEST(OutputLayout, refuses_metadata_that_contradicts_the_shape) {
  EXPECT_THAT(why_refused({1, 84, 8400}, said(80, true)), HasSubstr("NMS is inside"));
}

TEST(OutputLayout, refuses_shapes_of_other_tasks) {
  EXPECT_THAT(why_refused({1, 1000}, classes(2)), HasSubstr("2 dimensions"));
  EXPECT_THAT(why_refused({1, 1, 200, 7}, classes(2)), HasSubstr("4 dimensions"));
  EXPECT_THAT(why_refused({}, classes(2)), HasSubstr("0 dimensions"));
  EXPECT_THAT(why_refused({8, 6, 8400}, classes(2)), HasSubstr("batch"));
  EXPECT_THAT(why_refused({-1, 6, 8400}, classes(2)), HasSubstr("batch"));
  EXPECT_THAT(why_refused({1, 3, 3}, classes(2)), HasSubstr("no known layout"));
  EXPECT_THAT(why_refused({1, 100, 7}, classes(80)), HasSubstr("no known layout"));
}

TEST(OutputLayout, refuses_sizes_that_are_open_empty_or_huge) {
  EXPECT_THAT(why_refused({1, 6, -1}, classes(2)), HasSubstr("no fixed size"));
  EXPECT_THAT(why_refused({1, -1, 84}, classes(80)), HasSubstr("no fixed size"));
  EXPECT_THAT(why_refused({1, 0, 6}, classes(2)), HasSubstr("no fixed size"));
  EXPECT_THAT(why_refused({1, 6, 0}, classes(2)), HasSubstr("no fixed size"));
  EXPECT_TRUE(decide({1, 6, kBoxesMax}, classes(2)));
  EXPECT_THAT(why_refused({1, 6, kBoxesMax + 1}, classes(2)), HasSubstr("more than"));
  EXPECT_THAT(why_refused({1, 6, 8400}, classes(0)), HasSubstr("no class"));
}

TEST(OutputLayout, unit_boxes_only_when_the_metadata_says_so) {
  EXPECT_EQ(decide({1, 6, 8400}, classes(2))->units, BoxUnits::input_pixels);
  const auto layout = decide({1, 6, 8400}, {.classes = 2, .input = kSquare, .nms_inside = {}, .unit_boxes = true});
  EXPECT_EQ(layout->units, BoxUnits::unit);
  EXPECT_THAT(layout->words, HasSubstr("0..1"));
}

}  // namespace
}  // namespace hazard::detect
