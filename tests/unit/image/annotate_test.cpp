#include "image/annotate.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "pictures.hpp"

namespace hazard::image {
namespace {

using domain::PixelBox;
using domain::TrackedDetection;
using testing::pixel;
using testing::RgbPicture;

const std::vector<std::string> kClasses{"crack", "pothole", "patch"};
constexpr domain::SizePx kSize{640, 480};

TrackedDetection found(int class_id, PixelBox box, float confidence = 0.87F) {
  return {.detection = {.box = box, .confidence = confidence, .class_id = class_id}, .track = std::nullopt, .predicted = false};
}

RgbPicture drawn(const std::vector<TrackedDetection>& detections, const std::vector<std::string>& classes = kClasses) {
  RgbPicture picture = testing::flat(kSize, 90, 90, 90);
  annotate(picture.view(), detections, classes);
  return picture;
}

std::array<int, 3> color_at(RgbPicture& picture, int x, int y) {
  const std::uint8_t* at = pixel(picture, x, y);
  return {at[0], at[1], at[2]};
}

int count(const RgbPicture& picture, std::array<int, 3> color) {
  int pixels = 0;
  for (std::size_t i = 0; i < picture.pixels.size(); i += 3) {
    pixels += picture.pixels[i] == color[0] && picture.pixels[i + 1] == color[1] && picture.pixels[i + 2] == color[2];
  }
  return pixels;
}

constexpr std::array<int, 3> kGround{90, 90, 90};
constexpr std::array<int, 3> kBlack{0, 0, 0};
constexpr std::array<int, 3> kWhite{255, 255, 255};
constexpr std::array<int, 3> kOrange{230, 159, 0};
constexpr std::array<int, 3> kBlue{0, 114, 178};

TEST(Annotate, leaves_a_picture_without_detections_alone) {
  EXPECT_EQ(drawn({}).pixels, testing::flat(kSize, 90, 90, 90).pixels);
}

TEST(Annotate, draws_a_pothole_solid_blue_along_the_inside_of_its_box) {
  RgbPicture picture = drawn({found(1, {100, 100, 300, 200})});
  for (int x = 100; x < 300; ++x) {
    ASSERT_EQ(color_at(picture, x, 100), kBlue);
    ASSERT_EQ(color_at(picture, x, 199), kBlue);
  }
  for (int y = 100; y < 200; ++y) {
    ASSERT_EQ(color_at(picture, 100, y), kBlue);
    ASSERT_EQ(color_at(picture, 299, y), kBlue);
  }
  EXPECT_EQ(color_at(picture, 200, 150), kGround);
  EXPECT_EQ(color_at(picture, 99, 150), kGround);
  EXPECT_EQ(color_at(picture, 300, 150), kGround);
  EXPECT_EQ(color_at(picture, 200, 200), kGround);
}

TEST(Annotate, draws_a_crack_dashed_orange_so_that_line_style_alone_tells_it_apart) {
  RgbPicture picture = drawn({found(0, {100, 100, 300, 200})});
  int orange = 0;
  int black = 0;
  for (int x = 100; x < 300; ++x) {
    orange += color_at(picture, x, 199) == kOrange;
    black += color_at(picture, x, 199) == kBlack;
  }
  EXPECT_EQ(orange + black, 200);
  EXPECT_GT(orange, 80);
  EXPECT_GT(black, 80);
}

TEST(Annotate, gives_other_classes_colours_of_their_own) {
  RgbPicture third = drawn({found(2, {100, 100, 300, 200})});
  RgbPicture fourth = drawn({found(3, {100, 100, 300, 200})});
  EXPECT_NE(color_at(third, 200, 199), kBlue);
  EXPECT_NE(color_at(third, 200, 199), kGround);
  EXPECT_NE(color_at(third, 200, 199), color_at(fourth, 200, 199));
}

TEST(Annotate, writes_the_label_above_the_box_in_contrast) {
  RgbPicture picture = drawn({found(1, {100, 100, 300, 200})});
  int white = 0;
  for (int y = 78; y < 100; ++y) {
    for (int x = 100; x < 300; ++x) white += color_at(picture, x, y) == kWhite;
  }
  EXPECT_GT(white, 200);
  EXPECT_EQ(white, count(picture, kWhite));
}

TEST(Annotate, writes_the_label_inside_where_there_is_no_room_above) {
  RgbPicture picture = drawn({found(1, {100, 5, 300, 200})});
  EXPECT_EQ(color_at(picture, 101, 20), kBlue);
  EXPECT_GT(count(picture, kWhite), 200);
}

TEST(Annotate, keeps_the_label_within_the_right_edge) {
  RgbPicture left = drawn({found(1, {10, 100, 30, 200})});
  RgbPicture right = drawn({found(1, {610, 100, 630, 200})});
  EXPECT_EQ(count(left, kWhite), count(right, kWhite));
}

TEST(Annotate, names_the_track_when_there_is_one) {
  TrackedDetection tracked = found(1, {100, 100, 300, 200});
  const RgbPicture without = drawn({tracked});
  tracked.track = TrackedDetection::Track{.id = 12, .age_frames = 3, .is_new = false};
  const RgbPicture with = drawn({tracked});
  EXPECT_GT(count(with, kWhite), count(without, kWhite));
}

TEST(Annotate, draws_the_best_detection_on_top) {
  RgbPicture picture = drawn({found(1, {100, 100, 300, 200}, 0.9F), found(2, {100, 100, 300, 200}, 0.5F)});
  EXPECT_EQ(color_at(picture, 200, 199), kBlue);
  EXPECT_EQ(color_at(picture, 101, 85), kBlue);
}

TEST(Annotate, draws_boxes_at_and_past_the_edge_within_the_picture) {
  RgbPicture picture = drawn({found(1, {-50, -50, 2000, 2000})});
  EXPECT_EQ(color_at(picture, 0, 479), kBlue);
  EXPECT_EQ(color_at(picture, 639, 479), kBlue);
  EXPECT_EQ(color_at(picture, 320, 240), kGround);
}

TEST(Annotate, skips_boxes_that_are_empty_outside_or_not_numbers) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  for (const PixelBox box : {PixelBox{10, 10, 10, 50}, {50, 50, 10, 10}, {700, 10, 800, 50}, {nan, 0, 9, 9}, {0, 0, inf, 9}}) {
    EXPECT_EQ(drawn({found(1, box)}).pixels, testing::flat(kSize, 90, 90, 90).pixels);
  }
}

TEST(Annotate, draws_a_class_without_a_name) {
  EXPECT_GT(count(drawn({found(7, {100, 100, 300, 200})}), kBlack) + count(drawn({found(-1, {100, 100, 300, 200})}), kBlack), 0);
  EXPECT_NE(drawn({found(0, {100, 100, 300, 200})}, {}).pixels, drawn({}).pixels);
}

TEST(Annotate, draws_on_any_picture_however_small_and_leaves_the_row_padding_alone) {
  for (int side = 1; side < 40; ++side) {
    const std::size_t row_bytes = 3 * static_cast<std::size_t>(side) + 5;
    std::vector<std::uint8_t> memory(row_bytes * static_cast<std::size_t>(side), 7);
    const domain::RgbView view{memory.data(), {side, side}, row_bytes};
    annotate(view, std::vector{found(0, {0, 0, 30, 30}), found(1, {1, 1, 5, 5})},
             {"a crack with a very long name", "pothole \xC3\xA9"});
    for (int y = 0; y < side; ++y) {
      for (std::size_t i = 3 * static_cast<std::size_t>(side); i < row_bytes; ++i) ASSERT_EQ(view.row(y)[i], 7);
    }
  }
}

}  // namespace
}  // namespace hazard::image
