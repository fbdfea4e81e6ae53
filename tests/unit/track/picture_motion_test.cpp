// A road of waves, seen by a camera that is known, so that what the pictures tell can be checked against what was done.
#include "track/picture_motion.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace hazard::track {
namespace {

using domain::GreyPicture;

constexpr RoadView kView{.horizon = 30, .focus = 80, .middle_x = 80, .middle_y = 45};
constexpr double kPlane = 180;  // focal length times height: rows times metres

double road(double ahead, double aside) {
  return 128 + 30 * std::sin(1.1 * ahead + 0.7 * aside) + 25 * std::sin(2.3 * aside + 0.31 * ahead) +
         20 * std::sin(0.37 * ahead - 1.3 * aside + 1);
}
double hills(double x, double y) { return 128 + 40 * std::sin(0.21 * x + 0.1 * y) + 30 * std::sin(0.13 * x - 0.33 * y); }

// The view of a camera that has driven `metres` and then turned by dx, dy pixels and rolled.
GreyPicture picture(double metres, double dx = 0, double dy = 0, double roll = 0, double light = 1) {
  GreyPicture grey{.size = {160, 90}, .pixels = std::vector<std::uint8_t>(160 * 90)};
  for (int y = 0; y < 90; ++y) {
    for (int x = 0; x < 160; ++x) {
      const double qx = x + 0.5 - dx - kView.middle_x;
      const double qy = y + 0.5 - dy - kView.middle_y;
      const double u = qx + roll * qy + kView.middle_x;
      const double v = qy - roll * qx + kView.middle_y;
      const double below = v - kView.horizon;
      // Far away the waves are finer than the pixels and blur, as they do behind a lens.
      const double sharp = std::min(1.0, below * below / 900);
      const double plane =
          128 + sharp * (road(kPlane / std::max(0.5, below) + metres, (u - kView.focus) / std::max(0.5, below) * 2) - 128);
      const double value = below > 0.5 ? plane : hills(u, v);
      grey.pixels[static_cast<std::size_t>(y * 160 + x)] = static_cast<std::uint8_t>(std::clamp(light * value, 0.0, 255.0));
    }
  }
  return grey;
}

constexpr double kPerMetre = 1 / kPlane;
// On this road of waves the drive is measured a fifth too short; on rendered drives it is right to a few hundredths.
constexpr double kTolerance = 0.3;
constexpr UncertainStep kVague{.step = {.k = 0.6 * kPerMetre}, .dx_sd = 3, .dy_sd = 2, .roll_sd = 0.02, .k_sd = 0.15 * kPerMetre};

std::optional<UncertainStep> between(const GreyPicture& a, const GreyPicture& b, const UncertainStep& expected = kVague) {
  PictureMotion motion;
  EXPECT_FALSE(motion.measure(a, kView, 1, expected, 0.1 * kPerMetre));
  return motion.measure(b, kView, 1, expected, 0.1 * kPerMetre);
}

TEST(PictureMotion, tells_how_far_the_camera_drove) {
  for (const double metres : {0.4, 0.6, 0.8}) {
    const auto seen = between(picture(0), picture(metres));
    ASSERT_TRUE(seen);
    EXPECT_NEAR(seen->step.k, metres * kPerMetre, kTolerance * metres * kPerMetre) << metres;
    EXPECT_NEAR(seen->step.dx, 0, 0.3);
    EXPECT_NEAR(seen->step.dy, 0, 0.3);
  }
}

TEST(PictureMotion, tells_how_the_camera_turned) {
  const auto seen = between(picture(0), picture(0.6, 2.5, -1.5, 0.01));
  ASSERT_TRUE(seen);
  EXPECT_NEAR(seen->step.dx, 2.5, 0.3);
  EXPECT_NEAR(seen->step.dy, -1.5, 0.3);
  EXPECT_NEAR(seen->step.roll, 0.01, 0.003);
  EXPECT_NEAR(seen->step.k, 0.6 * kPerMetre, kTolerance * 0.6 * kPerMetre);
}

TEST(PictureMotion, other_light_is_no_motion) {
  const auto seen = between(picture(0), picture(0.6, 0, 0, 0, 0.8));
  ASSERT_TRUE(seen);
  EXPECT_NEAR(seen->step.dx, 0, 0.4);
  EXPECT_NEAR(seen->step.k, 0.6 * kPerMetre, kTolerance * 0.6 * kPerMetre);
}

TEST(PictureMotion, finds_the_speed_of_which_nothing_was_known) {
  UncertainStep nothing = kVague;
  nothing.step.k = 0.9 * kPerMetre;
  nothing.k_sd = 0.9 * kPerMetre;
  const auto standing = between(picture(0), picture(0), nothing);
  ASSERT_TRUE(standing);
  EXPECT_NEAR(standing->step.k, 0, 0.05 * kPerMetre);
  const auto driving = between(picture(0), picture(0.45), nothing);
  ASSERT_TRUE(driving);
  EXPECT_NEAR(driving->step.k, 0.45 * kPerMetre, kTolerance * 0.45 * kPerMetre);
}

TEST(PictureMotion, answers_in_the_pixels_of_the_view) {
  PictureMotion motion;
  const RoadView large{.horizon = 240, .focus = 640, .middle_x = 640, .middle_y = 360};
  const UncertainStep expected{
      .step = {.k = 0.6 * kPerMetre / 8}, .dx_sd = 24, .dy_sd = 16, .roll_sd = 0.02, .k_sd = 0.01 * kPerMetre};
  motion.measure(picture(0), large, 8, expected, 0.1 * kPerMetre / 8);
  const auto seen = motion.measure(picture(0.6, 1), large, 8, expected, 0.1 * kPerMetre / 8);
  ASSERT_TRUE(seen);
  EXPECT_NEAR(seen->step.dx, 8, 2.5);
  EXPECT_NEAR(seen->step.k, 0.6 * kPerMetre / 8, kTolerance * 0.6 * kPerMetre / 8);
}

TEST(PictureMotion, the_right_horizon_fits_best) {
  PictureMotion motion;
  motion.measure(picture(0), kView, 1, kVague, 0.1 * kPerMetre);
  std::array<HorizonTry, 3> tries{{{.horizon = -20}, {.horizon = 30}, {.horizon = 50}}};
  ASSERT_TRUE(motion.measure(picture(0.6), kView, 1, kVague, 0.1 * kPerMetre, tries));
  EXPECT_LT(tries[1].difference, 0.8 * tries[0].difference);
  EXPECT_LT(tries[1].difference, 0.8 * tries[2].difference);
}

TEST(PictureMotion, knows_whether_two_pictures_are_of_one_place) {
  PictureMotion motion;
  for (int i = 0; i < 8; ++i) motion.measure(picture(0.6 * i), kView, 1, kVague, 0.1 * kPerMetre);
  EXPECT_TRUE(motion.alike());
  GreyPicture elsewhere = picture(0.6 * 8);
  for (std::size_t i = 0; i < elsewhere.pixels.size(); ++i)
    elsewhere.pixels[i] = static_cast<std::uint8_t>((i * 2654435761U) >> 13);
  motion.measure(elsewhere, kView, 1, kVague, 0.1 * kPerMetre);
  EXPECT_FALSE(motion.alike());
}

TEST(PictureMotion, compares_nothing_with_a_picture_of_another_size_or_a_forgotten_one) {
  PictureMotion motion;
  motion.measure(picture(0), kView, 1, kVague, 0.1 * kPerMetre);
  GreyPicture other{.size = {80, 45}, .pixels = std::vector<std::uint8_t>(80 * 45, 9)};
  EXPECT_FALSE(motion.measure(other, kView, 1, kVague, 0.1 * kPerMetre));
  EXPECT_FALSE(motion.measure(picture(0), kView, 1, kVague, 0.1 * kPerMetre));
  motion.forget();
  EXPECT_FALSE(motion.measure(picture(0.6), kView, 1, kVague, 0.1 * kPerMetre));
}

TEST(PictureMotion, pictures_too_small_to_tell_are_left_alone) {
  PictureMotion motion;
  GreyPicture tiny{.size = {31, 90}, .pixels = std::vector<std::uint8_t>(31 * 90, 9)};
  EXPECT_FALSE(motion.measure(tiny, kView, 1, kVague, 0.1 * kPerMetre));
  EXPECT_FALSE(motion.measure(tiny, kView, 1, kVague, 0.1 * kPerMetre));
}

TEST(PictureMotion, a_blank_picture_tells_what_was_known_before) {
  const GreyPicture blank{.size = {160, 90}, .pixels = std::vector<std::uint8_t>(160 * 90, 120)};
  const auto seen = between(blank, blank);
  if (!seen) return;
  EXPECT_NEAR(seen->step.k, kVague.step.k, 0.01 * kPerMetre);
  EXPECT_GT(seen->k_sd, 0.9 * kVague.k_sd);
}

TEST(PictureMotion, goes_on_from_a_restored_picture) {
  PictureMotion motion;
  motion.restore(picture(0));
  const auto seen = motion.measure(picture(0.6), kView, 1, kVague, 0.1 * kPerMetre);
  ASSERT_TRUE(seen);
  EXPECT_NEAR(seen->step.k, 0.6 * kPerMetre, kTolerance * 0.6 * kPerMetre);
}

}  // namespace
}  // namespace hazard::track
