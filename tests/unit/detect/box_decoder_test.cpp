// Every layout against answers computed by hand.
#include "detect/box_decoder.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace hazard::detect {
namespace {

constexpr domain::SizePx kInput{640, 384};
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

OutputLayout layout(BoxOrder order, std::size_t classes, std::size_t boxes, BoxUnits units = BoxUnits::input_pixels) {
  return {.order = order, .units = units, .classes = classes, .boxes = boxes, .words = {}};
}

std::vector<Candidate> decode(const OutputLayout& how, const std::vector<float>& output, float threshold = 0.25F) {
  std::vector<Candidate> out{Candidate{}};  // what was in it before must go
  decode_boxes(how, kInput, output, threshold, out);
  return out;
}

void expect_box(const Candidate& candidate, domain::ModelBox box, float score, int class_id) {
  EXPECT_FLOAT_EQ(candidate.box.x1, box.x1);
  EXPECT_FLOAT_EQ(candidate.box.y1, box.y1);
  EXPECT_FLOAT_EQ(candidate.box.x2, box.x2);
  EXPECT_FLOAT_EQ(candidate.box.y2, box.y2);
  EXPECT_FLOAT_EQ(candidate.score, score);
  EXPECT_EQ(candidate.class_id, class_id);
}

// Three boxes, two classes: (100, 50, 40, 20) crack 0.9; (200, 60, 10, 10) nothing; (300, 100, 60, 80) pothole 0.75.
const std::vector<float> kChannelsFirst{100, 200, 300, 50, 60, 100, 40, 10, 60, 20, 10, 80, 0.9F, 0.1F, 0.5F, 0.2F, 0.24F, 0.75F};
const std::vector<float> kBoxesFirst{100, 50, 40, 20, 0.9F, 0.2F, 200, 60, 10, 10, 0.1F, 0.24F, 300, 100, 60, 80, 0.5F, 0.75F};

TEST(BoxDecoder, channels_first_by_hand) {
  const auto found = decode(layout(BoxOrder::channels_first, 2, 3), kChannelsFirst);
  ASSERT_EQ(found.size(), 2U);
  expect_box(found[0], {80, 40, 120, 60}, 0.9F, 0);
  expect_box(found[1], {270, 60, 330, 140}, 0.75F, 1);
  EXPECT_EQ(found[0].index, 0U);
  EXPECT_EQ(found[1].index, 2U);
}

TEST(BoxDecoder, boxes_first_by_hand) {
  const auto found = decode(layout(BoxOrder::boxes_first, 2, 3), kBoxesFirst);
  ASSERT_EQ(found.size(), 2U);
  expect_box(found[0], {80, 40, 120, 60}, 0.9F, 0);
  expect_box(found[1], {270, 60, 330, 140}, 0.75F, 1);
  EXPECT_EQ(found[1].index, 2U);
}

TEST(BoxDecoder, nms_inside_by_hand) {
  const std::vector<float> rows{80, 40, 120, 60, 0.9F, 0, 270, 60, 330, 140, 0.75F, 1, 0, 0, 0, 0, 0, 0};
  for (const std::size_t boxes : {std::size_t{3}, std::size_t{0}}) {
    const auto found = decode(layout(BoxOrder::nms_inside, 2, boxes), rows);
    ASSERT_EQ(found.size(), 2U);
    expect_box(found[0], {80, 40, 120, 60}, 0.9F, 0);
    expect_box(found[1], {270, 60, 330, 140}, 0.75F, 1);
  }
}

TEST(BoxDecoder, nms_inside_may_give_no_row_at_all) { EXPECT_TRUE(decode(layout(BoxOrder::nms_inside, 2, 0), {}).empty()); }

TEST(BoxDecoder, unit_boxes_are_scaled_by_each_side) {
  const std::vector<float> one{0.5F, 0.25F, 0.1F, 0.5F, 0.8F};
  auto found = decode(layout(BoxOrder::channels_first, 1, 1, BoxUnits::unit), one);
  ASSERT_EQ(found.size(), 1U);
  expect_box(found[0], {288, 0, 352, 192}, 0.8F, 0);
  found = decode(layout(BoxOrder::nms_inside, 1, 1, BoxUnits::unit), {0.25F, 0.5F, 0.5F, 1.0F, 0.8F, 0});
  ASSERT_EQ(found.size(), 1U);
  expect_box(found[0], {160, 192, 320, 384}, 0.8F, 0);
}

// The server this one replaces read a raw (1, 6, 8400) head as rows x1, y1, x2, y2, score, class: the numbers of channel 0,
// which are box centres, came out as class 7995 with confidence 57,600.
TEST(BoxDecoder, a_raw_head_never_becomes_class_7995_with_confidence_57600) {
  std::vector<float> output(6 * 8400, 0.0F);
  for (std::size_t i = 0; i < 8400; ++i) {
    output[i] = static_cast<float>(i % 80) * 8 + 4;
    output[8400 + i] = static_cast<float>(i / 80) * 8 + 4;
    output[2 * 8400 + i] = output[3 * 8400 + i] = 16;
  }
  output[4] = 57600;  // what the row reading took for a score, and beside it
  output[5] = 7995;   // for a class
  output[4 * 8400 + 100] = 0.9F;
  const auto found = decode(layout(BoxOrder::channels_first, 2, 8400), output);
  ASSERT_EQ(found.size(), 1U);
  expect_box(found[0], {156, 4, 172, 20}, 0.9F, 0);
  // And were the layout mistaken for rows, nothing of it could pass for a detection.
  EXPECT_TRUE(decode(layout(BoxOrder::nms_inside, 2, 1), {4, 12, 20, 28, 57600, 7995}).empty());
  EXPECT_TRUE(decode(layout(BoxOrder::nms_inside, 2, 1), {4, 12, 20, 28, 0.9F, 7995}).empty());
  EXPECT_TRUE(decode(layout(BoxOrder::nms_inside, 2, 1), {4, 12, 20, 28, 57600, 1}).empty());
}

TEST(BoxDecoder, class_ids_beyond_the_list_or_between_classes_are_left_out) {
  const auto passes = [](float id) { return decode(layout(BoxOrder::nms_inside, 2, 1), {1, 1, 9, 9, 0.9F, id}).size() == 1; };
  EXPECT_TRUE(passes(0));
  EXPECT_TRUE(passes(1));
  EXPECT_TRUE(passes(0.999F));
  for (const float id : {2.0F, 1.995F, -1.0F, -0.5F, 0.5F, 1e30F, kNan, kInf, -kInf}) EXPECT_FALSE(passes(id)) << id;
}

TEST(BoxDecoder, the_threshold_itself_passes) {
  const auto how = layout(BoxOrder::channels_first, 1, 1);
  EXPECT_EQ(decode(how, {50, 50, 10, 10, 0.5F}, 0.5F).size(), 1U);
  EXPECT_EQ(decode(how, {50, 50, 10, 10, 0.51F}, 0.5F).size(), 1U);
  EXPECT_EQ(decode(how, {50, 50, 10, 10, 0.49F}, 0.5F).size(), 0U);
  EXPECT_EQ(decode(how, {50, 50, 10, 10, 0.0F}, 0.0F).size(), 1U);
  EXPECT_EQ(decode(how, {50, 50, 10, 10, -0.1F}, -1.0F).size(), 0U);
}

TEST(BoxDecoder, a_score_of_rounding_above_one_is_one_and_more_is_none) {
  const auto how = layout(BoxOrder::boxes_first, 1, 1);
  ASSERT_EQ(decode(how, {50, 50, 10, 10, 1.005F}).size(), 1U);
  EXPECT_FLOAT_EQ(decode(how, {50, 50, 10, 10, 1.005F})[0].score, 1.0F);
  EXPECT_TRUE(decode(how, {50, 50, 10, 10, 1.02F}).empty());
}

TEST(BoxDecoder, scores_that_are_not_finite_never_hide_a_good_one) {
  for (const float broken : {kNan, kInf, -kInf, 57600.0F}) {
    for (const BoxOrder order : {BoxOrder::channels_first, BoxOrder::boxes_first}) {
      EXPECT_TRUE(decode(layout(order, 1, 1), {50, 50, 10, 10, broken}).empty());
      auto found = decode(layout(order, 2, 1), {50, 50, 10, 10, broken, 0.6F});
      ASSERT_EQ(found.size(), 1U);
      EXPECT_EQ(found[0].class_id, 1);
      found = decode(layout(order, 2, 1), {50, 50, 10, 10, 0.6F, broken});
      ASSERT_EQ(found.size(), 1U);
      EXPECT_EQ(found[0].class_id, 0);
    }
    EXPECT_TRUE(decode(layout(BoxOrder::nms_inside, 1, 1), {1, 1, 9, 9, broken, 0}).empty());
  }
}

TEST(BoxDecoder, boxes_that_are_not_finite_or_empty_are_left_out) {
  for (std::size_t i = 0; i < 4; ++i) {
    for (const float broken : {kNan, kInf, -kInf}) {
      std::vector<float> centred{50, 50, 10, 10, 0.9F};
      centred[i] = broken;
      EXPECT_TRUE(decode(layout(BoxOrder::channels_first, 1, 1), centred).empty());
      EXPECT_TRUE(decode(layout(BoxOrder::boxes_first, 1, 1), centred).empty());
      std::vector<float> corners{1, 1, 9, 9, 0.9F, 0};
      corners[i] = broken;
      EXPECT_TRUE(decode(layout(BoxOrder::nms_inside, 1, 1), corners).empty());
    }
  }
  EXPECT_TRUE(decode(layout(BoxOrder::channels_first, 1, 1), {50, 50, 0, 10, 0.9F}).empty());
  EXPECT_TRUE(decode(layout(BoxOrder::channels_first, 1, 1), {50, 50, 10, -10, 0.9F}).empty());
  EXPECT_TRUE(decode(layout(BoxOrder::nms_inside, 1, 1), {9, 1, 1, 9, 0.9F, 0}).empty());
}

TEST(BoxDecoder, boxes_far_beyond_the_input_are_cut_so_that_areas_stay_finite) {
  const auto found = decode(layout(BoxOrder::channels_first, 1, 1), {320, 192, 1e30F, 1e30F, 0.9F});
  ASSERT_EQ(found.size(), 1U);
  expect_box(found[0], {-640, -384, 1280, 768}, 0.9F, 0);
  EXPECT_TRUE(decode(layout(BoxOrder::channels_first, 1, 1), {1e30F, 192, 10, 10, 0.9F}).empty());
}

TEST(BoxDecoder, of_equal_scores_the_lower_class_wins) {
  EXPECT_EQ(decode(layout(BoxOrder::channels_first, 3, 1), {50, 50, 10, 10, 0.2F, 0.8F, 0.8F})[0].class_id, 1);
  EXPECT_EQ(decode(layout(BoxOrder::boxes_first, 3, 1), {50, 50, 10, 10, 0.2F, 0.8F, 0.8F})[0].class_id, 1);
}

// The channels-first reader works in blocks of 256 boxes: every count around a block's end, and eighty classes.
TEST(BoxDecoder, both_raw_layouts_agree_for_every_count_around_a_block) {
  constexpr std::size_t kClasses = 80;
  for (const std::size_t boxes : {1U, 255U, 256U, 257U, 512U, 513U}) {
    std::vector<float> across(boxes * (4 + kClasses));
    std::vector<float> along(across.size());
    std::uint32_t state = 7;
    for (std::size_t i = 0; i < boxes; ++i) {
      for (std::size_t c = 0; c < 4 + kClasses; ++c) {
        state = state * 1664525U + 1013904223U;
        const float unit = static_cast<float>(state >> 8) / 16777216.0F;
        const float number = c < 4 ? unit * 300 : unit;
        across[c * boxes + i] = along[i * (4 + kClasses) + c] = number;
      }
    }
    const auto one = decode(layout(BoxOrder::channels_first, kClasses, boxes), across, 0.99F);
    const auto two = decode(layout(BoxOrder::boxes_first, kClasses, boxes), along, 0.99F);
    ASSERT_EQ(one.size(), two.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
      expect_box(one[i], two[i].box, two[i].score, two[i].class_id);
      EXPECT_EQ(one[i].index, two[i].index);
    }
  }
}

TEST(BoxDecoderDeathTest, a_size_that_is_not_the_layouts_is_our_bug) {
  EXPECT_DEATH(decode(layout(BoxOrder::channels_first, 2, 3), {1, 2, 3}), "");
  EXPECT_DEATH(decode(layout(BoxOrder::nms_inside, 2, 0), {1, 2, 3}), "");
}

}  // namespace
}  // namespace hazard::detect
