#include "sim/drive.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <thread>

#include "sim/noise.hpp"
#include "sim/scene.hpp"

namespace hazard::sim {
namespace {

DriveOptions small() {
  DriveOptions options;
  options.size = {320, 180};
  return options;
}

// Changes with every change of the renderer, and then only on purpose; the same for all compilers and optimisation levels.
constexpr std::uint64_t kPinnedHash = 7716742784540155557ULL;

domain::RgbPicture picture_of(const Drive& drive, std::uint64_t frame) {
  domain::RgbPicture picture(drive.options().size);
  drive.render(frame, picture.view());
  return picture;
}

std::uint64_t hash_of(const domain::RgbPicture& picture) {
  std::uint64_t sum = 0;
  for (const std::uint8_t byte : picture.pixels) sum = hash(sum, byte);
  return sum;
}

domain::PixelBox difference(const domain::RgbPicture& a, const domain::RgbPicture& b) {
  domain::PixelBox box{1e9F, 1e9F, -1, -1};
  for (int y = 0; y < a.size.height; ++y) {
    for (int x = 0; x < a.size.width; ++x) {
      const auto at = 3 * static_cast<std::size_t>(y * a.size.width + x);
      if (std::equal(a.pixels.begin() + static_cast<long>(at), a.pixels.begin() + static_cast<long>(at) + 3,
                     b.pixels.begin() + static_cast<long>(at)))
        continue;
      box = {std::min(box.x1, static_cast<float>(x)), std::min(box.y1, static_cast<float>(y)),
             std::max(box.x2, static_cast<float>(x + 1)), std::max(box.y2, static_cast<float>(y + 1))};
    }
  }
  return box;
}

TEST(drive, seed_fixes_every_pixel_on_every_machine) {
  DriveOptions options = small();
  options.hazards_per_km = 200;
  options.darkness = 0.3;
  EXPECT_EQ(hash_of(picture_of(Drive(options), 57)), kPinnedHash);
}

TEST(drive, frames_are_independent_of_what_was_rendered_before) {
  const Drive one(small());
  const auto direct = picture_of(one, 40);
  for (std::uint64_t frame = 0; frame < 3; ++frame) picture_of(one, frame);
  EXPECT_EQ(picture_of(one, 40).pixels, direct.pixels);
  EXPECT_EQ(picture_of(Drive(small()), 40).pixels, direct.pixels);
}

TEST(drive, seeds_and_frames_give_other_pictures) {
  DriveOptions other = small();
  other.seed = 2;
  const Drive drive(small());
  EXPECT_NE(picture_of(drive, 5).pixels, picture_of(Drive(other), 5).pixels);
  EXPECT_NE(picture_of(drive, 5).pixels, picture_of(drive, 6).pixels);
}

TEST(drive, threads_may_share_one_drive) {
  const Drive drive(small());
  const auto alone = picture_of(drive, 9);
  domain::RgbPicture first(drive.options().size);
  domain::RgbPicture second(drive.options().size);
  std::thread other([&] { drive.render(9, first.view()); });
  drive.render(9, second.view());
  other.join();
  EXPECT_EQ(first.pixels, alone.pixels);
  EXPECT_EQ(second.pixels, alone.pixels);
}

TEST(drive, rows_may_have_padding) {
  const Drive drive(small());
  const auto packed = picture_of(drive, 3);
  const std::size_t stride = 3 * 320 + 64;
  std::vector<std::uint8_t> padded(stride * 180, 0xEE);
  drive.render(3, {padded.data(), {320, 180}, stride});
  EXPECT_EQ(padded[3 * 320], 0xEE);
  EXPECT_TRUE(std::equal(packed.pixels.begin(), packed.pixels.begin() + 960, padded.begin()));
  EXPECT_TRUE(std::equal(packed.pixels.end() - 960, packed.pixels.end(), padded.begin() + static_cast<long>(stride) * 179));
}

TEST(drive, position_advances_by_speed_times_time) {
  DriveOptions options = small();
  options.speed_mps = 20;
  options.fps = 8;
  const Drive drive(options);
  const FrameTruth a = drive.truth(16);
  const FrameTruth b = drive.truth(24);
  EXPECT_DOUBLE_EQ(a.time_s, 2);
  EXPECT_DOUBLE_EQ(a.travelled_m, 40);
  EXPECT_DOUBLE_EQ(b.travelled_m - a.travelled_m, 20);
  EXPECT_EQ(a.speed_mps, 20);
  const double north = (b.latitude - a.latitude) * 111'195;
  const double east = (b.longitude - a.longitude) * 111'195 * std::cos(a.latitude / 180 * kPi);
  EXPECT_NEAR(std::hypot(north, east), 20, 0.2);
  EXPECT_NEAR(std::remainder(std::atan2(east, north) * 180 / kPi - a.heading_deg, 360), 0, 3);
  EXPECT_GE(a.heading_deg, 0);
  EXPECT_LT(a.heading_deg, 360);
}

TEST(drive, rate_does_not_change_the_scene) {
  DriveOptions slow = small();
  slow.fps = 5;
  DriveOptions fast = small();
  fast.fps = 20;
  const FrameTruth a = Drive(slow).truth(10);
  const FrameTruth b = Drive(fast).truth(40);
  ASSERT_EQ(a.hazards.size(), b.hazards.size());
  for (std::size_t i = 0; i < a.hazards.size(); ++i) {
    EXPECT_EQ(a.hazards[i].id, b.hazards[i].id);
    EXPECT_EQ(a.hazards[i].box, b.hazards[i].box);
  }
}

TEST(drive, size_scales_boxes_and_keeps_the_scene) {
  DriveOptions large = small();
  large.size = {640, 360};
  const Drive a(small());
  const Drive b(large);
  int compared = 0;
  for (std::uint64_t frame = 0; frame < 60; ++frame) {
    std::map<std::uint64_t, HazardTruth> by_id;
    for (const HazardTruth& hazard : b.truth(frame).hazards) by_id[hazard.id] = hazard;
    for (const HazardTruth& hazard : a.truth(frame).hazards) {
      ASSERT_TRUE(by_id.contains(hazard.id));
      const HazardTruth& other = by_id[hazard.id];
      EXPECT_NEAR(hazard.box.x1 * 2, other.box.x1, 2.1F);
      EXPECT_NEAR(hazard.box.y2 * 2, other.box.y2, 2.1F);
      EXPECT_EQ(hazard.class_id, other.class_id);
      EXPECT_EQ(hazard.distance_m, other.distance_m);
      ++compared;
    }
  }
  EXPECT_GT(compared, 30);
}

TEST(drive, clean_road_has_no_hazards) {
  DriveOptions options = small();
  options.hazards_per_km = 0;
  const Drive drive(options);
  for (std::uint64_t frame = 0; frame < 200; frame += 7) EXPECT_TRUE(drive.truth(frame).hazards.empty());
}

TEST(drive, listed_boxes_keep_the_promised_limits) {
  DriveOptions options = small();
  options.hazards_per_km = 300;
  const Drive drive(options);
  for (std::uint64_t frame = 0; frame < 150; ++frame) {
    double before = 0;
    for (const HazardTruth& hazard : drive.truth(frame).hazards) {
      EXPECT_GE(hazard.box.width(), 6);
      EXPECT_GE(hazard.box.height(), 4);
      EXPECT_GE(hazard.box.x1, 0);
      EXPECT_GE(hazard.box.y1, 0);
      EXPECT_LE(hazard.box.x2, 320);
      EXPECT_LE(hazard.box.y2, 180);
      EXPECT_LT(hazard.distance_m, 40);
      EXPECT_GE(hazard.distance_m, before);
      EXPECT_GT(hazard.visible, 0);
      EXPECT_LE(hazard.visible, 1);
      before = hazard.distance_m;
    }
  }
}

TEST(drive, hazards_change_pixels_only_inside_their_boxes) {
  DriveOptions options;
  options.size = {640, 360};
  options.hazards_per_km = 5;
  options.fps = 4;
  DriveOptions clean = options;
  clean.hazards_per_km = 0;
  int compared[2] = {0, 0};
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    options.seed = clean.seed = seed;
    const Drive with(options);
    const Drive without(clean);
    const Scene scene(options);
    for (std::uint64_t frame = 0; frame < 500; frame += 2) {
      const FrameTruth truth = with.truth(frame);
      if (truth.hazards.size() != 1 || truth.hazards[0].distance_m > 25) continue;
      const HazardTruth& hazard = truth.hazards[0];
      // No other one is drawn.
      if (scene.hazards.between(truth.travelled_m, truth.travelled_m + 100).size() > 1) continue;
      const domain::PixelBox seen = difference(picture_of(with, frame), picture_of(without, frame));
      EXPECT_GE(seen.x1, hazard.box.x1 - 2) << seed << " " << frame;
      EXPECT_GE(seen.y1, hazard.box.y1 - 2) << seed << " " << frame;
      EXPECT_LE(seen.x2, hazard.box.x2 + 2) << seed << " " << frame;
      EXPECT_LE(seen.y2, hazard.box.y2 + 2) << seed << " " << frame;
      EXPECT_GT(domain::iou(seen, hazard.box), hazard.distance_m < 15 ? 0.6F : 0.3F) << seed << " " << frame;
      ++compared[hazard.class_id];
    }
  }
  EXPECT_GT(compared[0], 15);
  EXPECT_GT(compared[1], 15);
}

TEST(drive, ids_persist_and_boxes_grow_as_they_come_nearer) {
  DriveOptions options;
  options.shake = 0;
  options.size = {640, 360};
  options.fps = 10;
  const Drive drive(options);
  std::map<std::uint64_t, std::vector<HazardTruth>> seen;
  std::map<std::uint64_t, std::uint64_t> last_frame;
  for (std::uint64_t frame = 0; frame < 200; ++frame) {
    for (const HazardTruth& hazard : drive.truth(frame).hazards) {
      auto& history = seen[hazard.id];
      if (!history.empty()) {
        EXPECT_EQ(history.back().class_id, hazard.class_id);
        EXPECT_LE(hazard.distance_m, history.back().distance_m);
        EXPECT_EQ(last_frame[hazard.id] + 1, frame) << "gap in hazard " << hazard.id;
        if (hazard.visible > 0.999) EXPECT_GT(hazard.box.area(), history.back().box.area());
      }
      last_frame[hazard.id] = frame;
      history.push_back(hazard);
    }
  }
  EXPECT_GT(seen.size(), 25U);
  const auto longest = std::ranges::max_element(seen, {}, [](const auto& entry) { return entry.second.size(); });
  EXPECT_GT(longest->second.size(), 8U);
}

TEST(drive, darkness_darkens_the_far_road_more_than_the_near) {
  DriveOptions options = small();
  options.hazards_per_km = 0;
  options.shake = 0;
  const auto mean = [&](double darkness, int from, int to) {
    options.darkness = darkness;
    const auto picture = picture_of(Drive(options), 0);
    double sum = 0;
    for (int i = from * 320 * 3; i < to * 320 * 3; ++i) sum += picture.pixels[static_cast<std::size_t>(i)];
    return sum / ((to - from) * 960);
  };
  EXPECT_LT(mean(1, 0, 30), 0.3 * mean(0, 0, 30));  // the sky
  EXPECT_LT(mean(0.5, 150, 180), mean(0, 150, 180));
  EXPECT_GT(mean(1, 140, 160), 1.5 * mean(1, 0, 30));  // in the headlights
}

TEST(drive, extreme_sizes_render) {
  for (const domain::SizePx size : {domain::SizePx{64, 64}, {1, 1}, {1920, 1080}, {200, 640}}) {
    DriveOptions options;
    options.size = size;
    options.shake = 3;
    const Drive drive(options);
    const auto picture = picture_of(drive, 123'456'789);
    EXPECT_GT(*std::ranges::max_element(picture.pixels), 60);
    for (const HazardTruth& hazard : drive.truth(123'456'789).hazards) EXPECT_LE(hazard.box.x2, static_cast<float>(size.width));
  }
}

TEST(drive, camera_over_a_standing_car_only_trembles) {
  DriveOptions options = small();
  options.speed_mps = 0;
  options.shake = 0;
  const Drive drive(options);
  EXPECT_EQ(drive.truth(0).travelled_m, drive.truth(500).travelled_m);
  EXPECT_EQ(drive.truth(0).hazards.size(), drive.truth(500).hazards.size());
}

TEST(drive_death, refuses_a_view_of_another_size) {
  const Drive drive(small());
  domain::RgbPicture picture({100, 100});
  EXPECT_DEATH(drive.render(0, picture.view()), "size");
}

TEST(drive_death, refuses_impossible_options) {
  DriveOptions options = small();
  options.fps = 0;
  EXPECT_DEATH(Drive{options}, "fps");
  options = small();
  options.size = {0, 10};
  EXPECT_DEATH(Drive{options}, "size");
}

}  // namespace
}  // namespace hazard::sim
