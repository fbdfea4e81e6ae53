// The tracker on the truth of the simulated drive, with the jitter and the misses of a detector: bends, camera shake and boxes clipped
// by the picture's edge, but no pixels. The figures are printed; the floors below them are what must never be lost.
#include <gtest/gtest.h>

#include <cstdio>
#include <random>

#include "sim/drive.hpp"
#include "support/identity_share.hpp"
#include "track/tracker.hpp"

namespace hazard::track {
namespace {

struct Trip {
  sim::DriveOptions drive;
  int frames = 600;
  double missed = 0.1;
  float jitter = 0.05F;  // of the sides
};

support::IdentityShare follow(const Trip& trip) {
  const sim::Drive drive(trip.drive);
  std::mt19937 random(17);
  std::normal_distribution<float> noise(0, trip.jitter);
  std::uniform_real_distribution<double> share(0, 1);
  Tracker tracker;
  std::vector<support::Sighting> sightings;
  for (int frame = 0; frame < trip.frames; ++frame) {
    const sim::FrameTruth truth = drive.truth(static_cast<std::uint64_t>(frame));
    std::vector<domain::Detection> detections;
    std::vector<std::uint64_t> ids;
    for (const sim::HazardTruth& hazard : truth.hazards) {
      if (share(random) < trip.missed) continue;
      domain::PixelBox box = hazard.box;
      const float w = box.width();
      const float h = box.height();
      box = {box.x1 + noise(random) * w, box.y1 + noise(random) * h, box.x2 + noise(random) * w, box.y2 + noise(random) * h};
      detections.push_back({box, 0.8F, hazard.class_id});
      ids.push_back(hazard.id);
    }
    const auto at = std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(3600 + truth.time_s));
    const auto results = tracker.update(detections, base::SteadyTime{at});
    for (std::size_t i = 0; i < results.size() && results.size() == ids.size(); ++i)
      sightings.push_back({ids[i], results[i].track->id});
  }
  return support::identity_share(sightings);
}

void expect_kept(const char* name, const Trip& trip, double floor) {
  const auto share = follow(trip);
  std::printf("%-28s %5zu boxes, identities kept %.3f, %d switches\n", name, share.sightings, share.kept, share.switches);
  EXPECT_GT(share.sightings, 100U) << name;
  EXPECT_GE(share.kept, floor) << name;
}

TEST(SimulatedDrive, ids_survive_at_10_fps) { expect_kept("drive, 10 fps", {}, 0.94); }
TEST(SimulatedDrive, ids_survive_at_5_fps) { expect_kept("drive, 5 fps", {.drive = {.fps = 5}, .frames = 300}, 0.84); }
TEST(SimulatedDrive, ids_survive_at_30_fps) { expect_kept("drive, 30 fps", {.drive = {.fps = 30}, .frames = 1800}, 0.97); }
TEST(SimulatedDrive, ids_survive_a_small_picture) {
  expect_kept("drive, 640x360, 10 fps", {.drive = {.size = {640, 360}}}, 0.92);
}
TEST(SimulatedDrive, ids_survive_a_perfect_detector) {
  expect_kept("drive, no misses, no jitter", {.missed = 0, .jitter = 0}, 0.94);
}

}  // namespace
}  // namespace hazard::track
