// A coarse form of the table of docs/tracking.md: the rendered drive through a detector that errs, with and without the camera's motion.
#include <gtest/gtest.h>

#include <cstdio>

#include "image/small_grey.hpp"
#include "support/identity_score.hpp"
#include "support/noisy_drive.hpp"
#include "track/tracker.hpp"

namespace hazard::track {
namespace {

support::IdentityScore follow(const sim::DriveOptions& options, bool camera_motion, int frames) {
  const sim::Drive drive(options);
  sim::DriveOptions small = options;
  small.size = {160, 90};
  const sim::Drive pictures(small);
  support::NoisyDetector detector({}, options.size, options.seed);
  Tracker tracker({.camera_motion = camera_motion});
  domain::RgbPicture picture(small.size);
  domain::GreyPicture grey;
  std::vector<support::NamedBox> named;
  std::size_t missed = 0;
  for (int i = 0; i < frames; ++i) {
    const auto frame = detector.look(drive.truth(static_cast<std::uint64_t>(i)));
    missed += frame.missed;
    if (camera_motion) {
      pictures.render(static_cast<std::uint64_t>(i), picture.view());
      image::shrink_grey(picture.view(), grey, 160);
    }
    const auto results =
        tracker.update(frame.found, {.at = frame.at, .picture = options.size, .grey = camera_motion ? &grey : nullptr});
    std::size_t next = 0;
    for (std::size_t k = 0; k < frame.found.size(); ++k) {
      if (frame.found[k].confidence >= 0.5F) named.push_back({frame.truth_of[k], results.at(next++).track->id});
    }
  }
  return support::identity_score(named, missed);
}

void expect_kept(const char* name, const sim::DriveOptions& options, int frames) {
  const auto off = follow(options, false, frames);
  const auto on = follow(options, true, frames);
  std::printf("%-8s IDF1 %.3f, %.1f switches per 100 hazards; without the camera %.3f, %.1f\n", name, on.idf1,
              on.switches_per_100(), off.idf1, off.switches_per_100());
  EXPECT_GE(on.idf1, 0.92) << name;
  EXPECT_LE(on.switches_per_100(), 8) << name;
  EXPECT_GT(off.switches_per_100(), on.switches_per_100()) << name;
}

TEST(CameraDrive, identities_survive_a_shaking_camera) {
  expect_kept("shaky", {.fps = 10, .speed_mps = 13.9, .shake = 2.5}, 200);
}
TEST(CameraDrive, identities_survive_five_frames_a_second) { expect_kept("5 fps", {.fps = 5, .speed_mps = 13.9}, 150); }

}  // namespace
}  // namespace hazard::track
