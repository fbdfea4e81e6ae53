// The tracker on a flat road seen from a vehicle, without any picture: hazards projected by a pinhole camera, boxes jittered and
// missed like a detector's. The figures are printed; the floors below them are what must never be lost.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <random>

#include "support/identity_share.hpp"
#include "track/tracker.hpp"

namespace hazard::track {
namespace {

using domain::Detection;
using domain::PixelBox;

struct Road {
  double speed_mps = 13.9;
  double fps = 10;
  double hazards_per_km = 120;
  double missed = 0.1;
  double jitter = 0.05;  // of the sides
  unsigned seed = 1;
};

struct Hazard {
  std::uint64_t id;
  int class_id;
  double at_m, aside_m, width_m, length_m;
};

constexpr double kFocalPx = 1065;  // 1280 pixels over 62 degrees
constexpr double kHeightM = 1.35;
constexpr double kHorizonPx = 248;  // 6 degrees down

PixelBox project(const Hazard& hazard, double travelled_m, double sway_px) {
  const double near = hazard.at_m - travelled_m;
  const double far = near + hazard.length_m;
  const auto x = [&](double aside, double depth) { return 640 + kFocalPx * aside / depth + sway_px; };
  const auto y = [&](double depth) { return kHorizonPx + kFocalPx * kHeightM / depth + sway_px / 2; };
  const double left = std::min(x(hazard.aside_m, near), x(hazard.aside_m, far));
  const double right = std::max(x(hazard.aside_m + hazard.width_m, near), x(hazard.aside_m + hazard.width_m, far));
  const auto px = [](double value, double most) { return static_cast<float>(std::clamp(value, 0.0, most)); };
  return {px(left, 1280), px(y(far), 720), px(right, 1280), px(y(near), 720)};
}

std::vector<Hazard> scatter(const Road& road, double metres, std::mt19937& random) {
  std::uniform_real_distribution<double> share(0, 1);
  std::vector<Hazard> hazards;
  const auto count = static_cast<std::uint64_t>(metres / 1000 * road.hazards_per_km);
  for (std::uint64_t id = 0; id < count; ++id) {
    const bool pothole = share(random) < 0.5;
    hazards.push_back({id, pothole ? 1 : 0, share(random) * metres, share(random) * 6 - 4,
                       0.3 + share(random) * (pothole ? 0.6 : 1.5), 0.3 + share(random) * (pothole ? 0.5 : 2.5)});
  }
  return hazards;
}

support::IdentityShare drive(const Road& road) {
  std::mt19937 random(road.seed);
  std::normal_distribution<double> noise(0, road.jitter);
  std::uniform_real_distribution<double> share(0, 1);
  const auto hazards = scatter(road, 2000, random);
  Tracker tracker;
  std::vector<support::Sighting> sightings;
  const int frames = static_cast<int>(1900 / road.speed_mps * road.fps);
  for (int frame = 0; frame < frames; ++frame) {
    const double time = frame / road.fps;
    const double sway = 6 * std::sin(time * 9);  // the camera in its mount
    std::vector<Detection> detections;
    std::vector<std::uint64_t> truth;
    for (const Hazard& hazard : hazards) {
      const double ahead = hazard.at_m - time * road.speed_mps;
      if (ahead < 2 || ahead > 40) continue;
      PixelBox box = project(hazard, time * road.speed_mps, sway);
      if (box.width() < 6 || box.height() < 4 || share(random) < road.missed) continue;
      const float dx = static_cast<float>(noise(random)) * box.width();
      const float dy = static_cast<float>(noise(random)) * box.height();
      box = {box.x1 + dx, box.y1 + dy, box.x2 + dx * 0.5F, box.y2 - dy * 0.5F};
      detections.push_back({box, 0.8F, hazard.class_id});
      truth.push_back(hazard.id);
    }
    const auto at = base::SteadyTime{std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(3600 + time))};
    const auto results = tracker.update(detections, at);
    for (std::size_t i = 0; i < results.size(); ++i) sightings.push_back({truth[i], results[i].track->id});
  }
  return support::identity_share(sightings);
}

void expect_kept(const char* name, const Road& road, double floor) {
  const auto share = drive(road);
  std::printf("%-28s %5zu boxes, identities kept %.3f, %d switches\n", name, share.sightings, share.kept, share.switches);
  EXPECT_GE(share.kept, floor) << name;
}

TEST(Road, ids_survive_at_50_km_h_and_10_fps) { expect_kept("50 km/h, 10 fps", {}, 0.95); }
TEST(Road, ids_survive_at_50_km_h_and_5_fps) { expect_kept("50 km/h, 5 fps", {.fps = 5}, 0.85); }
TEST(Road, ids_survive_at_30_fps) { expect_kept("50 km/h, 30 fps", {.fps = 30}, 0.97); }
TEST(Road, ids_survive_at_100_km_h_and_10_fps) { expect_kept("100 km/h, 10 fps", {.speed_mps = 27.8}, 0.75); }
TEST(Road, ids_survive_many_misses) { expect_kept("10 fps, 30 % missed", {.missed = 0.3}, 0.9); }
TEST(Road, ids_survive_a_road_full_of_hazards) { expect_kept("10 fps, 300 per km", {.hazards_per_km = 300}, 0.93); }

}  // namespace
}  // namespace hazard::track
