#include "image/resample.hpp"

#include <gtest/gtest.h>

#include "pictures.hpp"

namespace hazard::image {
namespace {

using testing::pixel;
using testing::RgbPicture;
using testing::SizePx;

RgbPicture resampled(RgbPicture source, SizePx size) {
  RowSink sink;
  RgbPicture target(size);
  sink.begin(source.size, target.view());
  for (int y = 0; y < source.size.height; ++y) sink.push(source.view().row(y));
  sink.finish();
  return target;
}

// The definition: each source pixel weighs by the area of it that lies under the target pixel.
double area_mean(RgbPicture& source, SizePx size, int x, int y, int channel) {
  const double sx = static_cast<double>(source.size.width) / size.width;
  const double sy = static_cast<double>(source.size.height) / size.height;
  double sum = 0;
  for (int v = static_cast<int>(y * sy); v < source.size.height && v < (y + 1) * sy; ++v) {
    for (int u = static_cast<int>(x * sx); u < source.size.width && u < (x + 1) * sx; ++u) {
      const double w = std::min<double>(u + 1, (x + 1) * sx) - std::max<double>(u, x * sx);
      const double h = std::min<double>(v + 1, (y + 1) * sy) - std::max<double>(v, y * sy);
      sum += w * h * pixel(source, u, v)[channel];
    }
  }
  return sum / (sx * sy);
}

TEST(RowSink, copies_a_picture_of_the_same_size_exactly) {
  const RgbPicture source = testing::textured({31, 17});
  EXPECT_EQ(resampled(source, {31, 17}).pixels, source.pixels);
}

TEST(RowSink, shrinks_by_the_exact_area_mean) {
  for (const auto& [from, to] : {std::pair{SizePx{64, 48}, SizePx{32, 24}},
                                 {{100, 60}, {64, 38}},
                                 {{65, 33}, {64, 32}},
                                 {{999, 500}, {64, 32}},
                                 {{50, 9}, {7, 1}},
                                 {{300, 1}, {64, 1}},
                                 {{1, 300}, {1, 64}},
                                 {{64, 64}, {64, 33}}}) {
    RgbPicture source = testing::textured(from);
    RgbPicture target = resampled(source, to);
    for (int y = 0; y < to.height; ++y) {
      for (int x = 0; x < to.width; ++x) {
        for (int c = 0; c < 3; ++c) ASSERT_NEAR(pixel(target, x, y)[c], area_mean(source, to, x, y, c), 0.51) << x << ", " << y;
      }
    }
  }
}

TEST(RowSink, keeps_flat_colours_exactly_when_shrinking) {
  for (const std::uint8_t value : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{114}, std::uint8_t{254}, std::uint8_t{255}}) {
    const RgbPicture target = resampled(testing::flat({1999, 1333}, value, value, value), {640, 427});
    EXPECT_EQ(std::ranges::count(target.pixels, value), std::ssize(target.pixels));
  }
}

TEST(RowSink, grows_smoothly_between_the_source_pixels) {
  RgbPicture source({2, 1});
  std::fill_n(pixel(source, 1, 0), 3, 200);
  RgbPicture target = resampled(source, {64, 32});
  for (int x = 1; x < 64; ++x) EXPECT_GE(pixel(target, x, 16)[0], pixel(target, x - 1, 16)[0]);
  EXPECT_LE(pixel(target, 0, 16)[0], 2);
  EXPECT_NEAR(pixel(target, 63, 16)[0], 200, 3);
  EXPECT_NEAR(pixel(target, 32, 16)[0], 100, 6);
}

TEST(RowSink, starts_afresh_with_every_picture) {
  RowSink sink;
  RgbPicture target({32, 24});
  RgbPicture white = testing::flat({64, 48}, 255, 255, 255);
  sink.begin(white.size, target.view());
  for (int y = 0; y < 31; ++y) sink.push(white.view().row(y));  // left unfinished, as after a damaged picture

  RgbPicture black = testing::flat({100, 75}, 0, 0, 0);
  sink.begin(black.size, target.view());
  for (int y = 0; y < 75; ++y) sink.push(black.view().row(y));
  sink.finish();
  EXPECT_EQ(std::ranges::count(target.pixels, 0), std::ssize(target.pixels));
}

TEST(RowSinkDeathTest, counts_a_wrong_number_of_rows_as_our_own_mistake) {
  RowSink sink;
  RgbPicture picture({4, 2});
  sink.begin(picture.size, picture.view());
  EXPECT_DEATH(sink.finish(), "next_row_");
  sink.push(picture.view().row(0));
  sink.push(picture.view().row(1));
  EXPECT_DEATH(sink.push(picture.view().row(0)), "next_row_");
}

TEST(BgrxScaler, swaps_blue_and_red_and_drops_the_fourth_byte) {
  std::vector<std::uint8_t> bgrx;
  for (int i = 0; i < 100; ++i) bgrx.insert(bgrx.end(), {10, 20, 30, 99});
  BgrxScaler scaler;
  RgbPicture target({7, 7});
  scaler.scale(bgrx.data(), {10, 10}, 40, target.view());
  for (int i = 0; i < 49; ++i) {
    EXPECT_NEAR(target.pixels[static_cast<std::size_t>(3 * i)], 30, 1);
    EXPECT_NEAR(target.pixels[static_cast<std::size_t>(3 * i + 1)], 20, 1);
    EXPECT_NEAR(target.pixels[static_cast<std::size_t>(3 * i + 2)], 10, 1);
  }
}

}  // namespace
}  // namespace hazard::image
