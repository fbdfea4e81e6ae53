// Every kernel against the same sums written pixel by pixel in doubles.
#include "track/alignment_sums.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace hazard::track {
namespace {

GreyLevel waves(int width, int height, double shift) {
  GreyLevel level{.size = {width, height}, .pixels = {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      level.pixels.push_back(static_cast<float>(20 * std::sin(0.3 * (x + shift)) + 15 * std::sin(0.4 * y - 0.2 * x + shift)));
    }
  }
  return level;
}

AlignmentSums plain(const GreyLevel& before, const GreyLevel& now, int stride, const RoadView& view, const CameraStep& step,
                    double spread) {
  AlignmentSums sums;
  const int w = now.size.width;
  const int h = now.size.height;
  const auto at = [w](const GreyLevel& level, int x, int y) {
    return static_cast<double>(level.pixels[static_cast<std::size_t>(y * w + x)]);
  };
  for (int y = kMeanRadius; y < h - kMeanRadius; y += stride) {
    for (int x = kMeanRadius; x < w - kMeanRadius; x += stride) {
      const double qx = x - step.dx - view.middle_x + 0.5;
      const double qy = y - step.dy - view.middle_y + 0.5;
      const double below = qy - step.roll * qx + view.middle_y - view.horizon;
      const double side = qx + step.roll * qy + view.middle_x - view.focus;
      const bool road = below > 0;
      const double near = road ? 1 / (1 + step.k * below) : 1;
      const double x0 = view.focus - 0.5 + side * near;
      const double y0 = view.horizon - 0.5 + below * near;
      const int left = static_cast<int>(std::floor(x0));
      const int above = static_cast<int>(std::floor(y0));
      const bool inside =
          left >= kMeanRadius && above >= kMeanRadius && left + 1 < w - kMeanRadius && above + 1 < h - kMeanRadius;
      if (near * 2.2 < 1 || !inside) continue;
      const double fx = x0 - left;
      const double fy = y0 - above;
      const double p[4] = {at(before, left, above), at(before, left + 1, above), at(before, left, above + 1),
                           at(before, left + 1, above + 1)};
      const double top = p[0] + fx * (p[1] - p[0]);
      const double bottom = p[2] + fx * (p[3] - p[2]);
      const double gx = p[1] - p[0] + fy * (p[3] - p[2] - p[1] + p[0]);
      const double gy = bottom - top;
      const double error = top + fy * gy - at(now, x, y);
      const double away = road ? 0 : (side * side + below * below) / std::pow(0.3 * w, 2);
      const double weight = 1 / (1 + away * away) / std::pow(1 + std::pow(error / spread, 2), 2);
      const double by_x = gx * near;
      const double by_y = gy * near * near - (road ? gx * side * step.k * near * near : 0);
      const double j[4] = {-by_x, -by_y, by_x * qy - by_y * qx, road ? -near * near * below * (gx * side + gy * below) : 0};
      for (std::size_t i = 0, to = 0; i < 4; ++i) {
        for (std::size_t k = 0; k <= i; ++k) sums.a[to++] += weight * j[i] * j[k];
        sums.b[i] -= weight * j[i] * error;
      }
      if (2 * y < h) continue;
      sums.absolute += std::min(20.0, std::abs(error));
      sums.pixels += 1;
    }
  }
  return sums;
}

// As far as rounding goes: of entries of a matrix, against the size of its rows and columns.
void expect_equal(const AlignmentSums& sums, const AlignmentSums& expected, std::string_view kernel) {
  constexpr std::size_t kDiagonal[] = {0, 2, 5, 9};
  for (std::size_t i = 0, at = 0; i < 4; ++i) {
    for (std::size_t k = 0; k <= i; ++k, ++at) {
      const double size = std::sqrt(expected.a[kDiagonal[i]] * expected.a[kDiagonal[k]]);
      EXPECT_NEAR(sums.a[at], expected.a[at], 1e-3 * size + 1e-6) << kernel << ' ' << i << ' ' << k;
    }
    EXPECT_NEAR(sums.b[i], expected.b[i], 1e-3 * std::sqrt(expected.a[kDiagonal[i]] * expected.pixels) * 10 + 1e-6)
        << kernel << ' ' << i;
  }
  // A pixel on the border of what counts may fall to either side.
  EXPECT_NEAR(sums.pixels, expected.pixels, 2) << kernel;
  EXPECT_NEAR(sums.absolute, expected.absolute, 40 + 1e-3 * expected.absolute) << kernel;
}

TEST(AlignmentSums, every_kernel_agrees_with_the_plain_form) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> share(-1, 1);
  for (const auto [width, height] : {std::pair{160, 90}, {80, 45}, {41, 33}, {32, 40}}) {
    const GreyLevel before = waves(width, height, 0);
    const GreyLevel now = waves(width, height, 1.3);
    for (int round = 0; round < 12; ++round) {
      const RoadView view{.horizon = height * (0.4 + 0.6 * share(random)),
                          .focus = width * (0.5 + 0.3 * share(random)),
                          .middle_x = width / 2.0,
                          .middle_y = height / 2.0};
      const CameraStep step{.k = round == 0 ? 0 : 0.02 * (1 + share(random)),
                            .dx = 4 * share(random),
                            .dy = 3 * share(random),
                            .roll = 0.04 * share(random)};
      const int stride = 1 + round % 3;
      const AlignmentSums expected = plain(before, now, stride, view, step, 12);
      for (const auto& kernel : alignment_kernels())
        expect_equal(kernel.sums(before, now, stride, view, step, 12), expected, kernel.name);
    }
  }
}

TEST(AlignmentSums, a_step_out_of_the_picture_or_out_of_this_world_sums_to_nothing) {
  const GreyLevel level = waves(80, 45, 0);
  const RoadView view{.horizon = 15, .focus = 40, .middle_x = 40, .middle_y = 22};
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const CameraStep steps[] = {{.dx = 500},     {.dy = -1e30},    {.k = kNan}, {.dx = kNan},
                              {.roll = -kNan}, {.dy = HUGE_VAL}, {.k = -0.1}};
  for (const auto& kernel : alignment_kernels()) {
    for (const CameraStep& step : steps) {
      const AlignmentSums sums = kernel.sums(level, level, 1, view, step, 12);
      EXPECT_EQ(sums.pixels, 0) << kernel.name;
      for (const double each : sums.a) EXPECT_EQ(each, 0) << kernel.name;
      for (const double each : sums.b) EXPECT_EQ(each, 0) << kernel.name;
    }
  }
}

TEST(AlignmentSums, pictures_of_the_least_size_are_read_inside_their_bounds) {
  // Under the address sanitizer a read outside would end the test.
  for (const auto [width, height] : {std::pair{8, 8}, {9, 7}, {6, 6}}) {
    const GreyLevel level = waves(width, height, 0);
    const RoadView view{.horizon = 2, .focus = width / 2.0, .middle_x = width / 2.0, .middle_y = height / 2.0};
    for (const auto& kernel : alignment_kernels()) {
      EXPECT_LE(kernel.sums(level, level, 1, view, {}, 12).pixels, width * height) << kernel.name;
    }
  }
}

}  // namespace
}  // namespace hazard::track
