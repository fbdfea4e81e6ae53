#include "pipeline/still_picture.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "image/small_grey.hpp"
#include "sim/drive.hpp"

namespace hazard::pipeline {
namespace {

using namespace std::chrono_literals;
constexpr domain::SizePx kPicture{1280, 720};
constexpr domain::SizePx kInput{640, 384};

domain::GreyPicture road(int noise_seed = 0, int noise = 0, int light = 0) {
  domain::GreyPicture grey{.size = {160, 90}, .pixels = std::vector<std::uint8_t>(160 * 90)};
  std::mt19937 random(static_cast<unsigned>(noise_seed));
  for (int y = 0; y < 90; ++y) {
    for (int x = 0; x < 160; ++x) {
      const double texture = 110 + 45 * std::sin(x * 0.21) * std::cos(y * 0.13);
      // Half of the pixels stay, the others go up or down.
      const int jitter = noise * (static_cast<int>(random() % 4 == 0) - static_cast<int>(random() % 4 == 0));
      grey.pixels[static_cast<std::size_t>(y * 160 + x)] = static_cast<std::uint8_t>(std::lround(texture) + jitter + light);
    }
  }
  return grey;
}

TEST(LooksTheSame, the_same_picture_and_one_with_a_little_noise) {
  EXPECT_TRUE(looks_the_same(road(), road()));
  EXPECT_TRUE(looks_the_same(road(), road(3, 1)));
}

TEST(LooksTheSame, noise_of_many_levels_or_other_light_is_another_picture) {
  EXPECT_FALSE(looks_the_same(road(), road(3, 6)));
  EXPECT_FALSE(looks_the_same(road(), road(0, 0, 4)));
}

TEST(LooksTheSame, a_small_dark_spot_is_another_picture) {
  auto spotted = road();
  for (int y = 61; y < 63; ++y) {
    for (int x = 81; x < 84; ++x) spotted.pixels[static_cast<std::size_t>(y * 160 + x)] -= 30;
  }
  EXPECT_FALSE(looks_the_same(road(), spotted));
}

TEST(LooksTheSame, nothing_looks_like_nothing_and_sizes_must_agree) {
  EXPECT_FALSE(looks_the_same({}, {}));
  domain::GreyPicture half{.size = {160, 45}, .pixels = std::vector<std::uint8_t>(160 * 45)};
  EXPECT_FALSE(looks_the_same(road(), half));
}

TEST(LooksTheSame, a_driving_camera_never_stands_still_not_even_at_thirty_frames_a_second) {
  for (const double darkness : {0.0, 1.0}) {
    sim::DriveOptions options;
    options.size = {640, 360};
    options.fps = 30;
    options.darkness = darkness;
    options.shake = 0;
    options.speed_mps = 8.3;  // 30 km/h
    const sim::Drive drive{options};
    domain::RgbPicture picture(options.size);
    domain::GreyPicture before;
    for (int i = 0; i < 12; ++i) {
      drive.render(static_cast<std::uint64_t>(i), picture.view());
      domain::GreyPicture now;
      image::shrink_grey(picture.view(), now, 160);
      if (i > 0) {
        EXPECT_FALSE(looks_the_same(before, now)) << "frame " << i << ", darkness " << darkness;
      }
      before = std::move(now);
    }
  }
}

class StillPictureTest : public testing::Test {
 protected:
  base::ManualClock clock_;
  StillPicture still_;
  detect::DetectOptions options_;
  const std::vector<domain::Detection> found_{{.box = {1, 2, 3, 4}, .confidence = 0.5F, .class_id = 1}};
  void remember() { still_.remember(road(), kPicture, kInput, options_, found_, clock_.now()); }
  bool recalls() const { return still_.recall(road(), kPicture, kInput, options_, clock_.now()) != nullptr; }
};

TEST_F(StillPictureTest, nothing_is_recalled_before_anything_was_seen) { EXPECT_FALSE(recalls()); }

TEST_F(StillPictureTest, the_boxes_of_the_same_picture_are_recalled) {
  remember();
  const auto* found = still_.recall(road(), kPicture, kInput, options_, clock_.now());
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->size(), 1u);
}

TEST_F(StillPictureTest, for_up_to_a_second_and_no_longer) {
  remember();
  clock_.advance(999ms);
  EXPECT_TRUE(recalls());
  clock_.advance(1ms);
  EXPECT_FALSE(recalls());
}

TEST_F(StillPictureTest, other_options_another_size_or_another_input_look_again) {
  remember();
  detect::DetectOptions lower = options_;
  lower.confidence_threshold = 0.2F;
  EXPECT_EQ(still_.recall(road(), kPicture, kInput, lower, clock_.now()), nullptr);
  EXPECT_EQ(still_.recall(road(), {640, 360}, kInput, options_, clock_.now()), nullptr);
  EXPECT_EQ(still_.recall(road(), kPicture, {416, 256}, options_, clock_.now()), nullptr);
}

}  // namespace
}  // namespace hazard::pipeline
