// Pauses: a tunnel, a lost connection, a red light. What is plausibly the same keeps its identity, what cannot be does not.
#include <gtest/gtest.h>

#include <set>

#include "track/tracker.hpp"

namespace hazard::track {
namespace {

using domain::Detection;
using namespace std::chrono_literals;

constexpr base::SteadyTime kStart{1h};

Detection patch(double ahead, double aside = 0.5) {
  const auto px = [](double value) { return static_cast<float>(value); };
  return {{px(640 + 1065 * aside / ahead), px(288 + 1438 / (ahead + 1.5)), px(640 + 1065 * (aside + 1) / ahead),
           px(288 + 1438 / ahead)},
          0.9F,
          1};
}

FrameSight sight(base::SteadyTime at) { return {.at = at, .picture = {1280, 720}}; }

// Twenty frames, 100 ms and half a metre apart; the last shows patches 10 and 14 m ahead at kStart + 1900 ms.
Tracker driven() {
  Tracker tracker;
  for (int i = 0; i < 20; ++i) {
    const double nearer = 0.5 * (19 - i);
    tracker.update(std::vector{patch(10 + nearer), patch(14 + nearer, -2)}, sight(kStart + i * 100ms));
  }
  return tracker;
}

TEST(TrackerPause, the_next_frame_of_a_drive_that_was_not_recorded_meanwhile_keeps_its_identities) {
  for (const auto pause : {2s, 30s}) {
    Tracker tracker = driven();
    const auto results = tracker.update(std::vector{patch(9.5), patch(13.5, -2)}, sight(kStart + 1900ms + pause));
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[0].track->id, 1U) << pause.count();
    EXPECT_EQ(results[1].track->id, 2U) << pause.count();
    EXPECT_FALSE(results[0].track->is_new);
  }
}

TEST(TrackerPause, a_vehicle_that_drove_on_sees_other_hazards) {
  for (const auto pause : {3s, 30s}) {
    Tracker tracker = driven();
    const auto results = tracker.update(std::vector{patch(6, 2), patch(22, -3)}, sight(kStart + 1900ms + pause));
    for (const auto& result : results) EXPECT_GT(result.track->id, 2U) << pause.count();
  }
}

TEST(TrackerPause, a_short_gap_is_driven_on_through) {
  Tracker tracker = driven();
  const auto results = tracker.update(std::vector{patch(6), patch(10, -2)}, sight(kStart + 2700ms));
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0].track->id, 1U);
  EXPECT_EQ(results[1].track->id, 2U);
}

TEST(TrackerPause, survives_a_restart_of_the_process) {
  const std::string saved = driven().save(kStart + 1950ms);
  const base::SteadyTime elsewhere{9min};
  for (const auto pause : {0s, 5s}) {
    auto loaded = Tracker::load(saved, elsewhere - pause);
    ASSERT_TRUE(loaded);
    const auto results = loaded->update(std::vector{patch(9.5), patch(13.5, -2)}, sight(elsewhere + 50ms));
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[0].track->id, 1U) << pause.count();
    EXPECT_EQ(results[1].track->id, 2U) << pause.count();
  }
}

TEST(TrackerOnTheRoad, what_went_below_the_picture_is_forgotten) {
  Tracker tracker = driven();
  for (int i = 1; i <= 30; ++i) tracker.update({}, sight(kStart + 1900ms + i * 100ms));
  EXPECT_EQ(tracker.live_tracks(), 0U);
}

TEST(TrackerOnTheRoad, a_misjudged_speed_is_found_from_the_boxes) {
  // 30 m/s from the first frame on, at 5 frames a second: six metres between two frames.
  Tracker tracker;
  std::uint64_t last = 0;
  int switches = 0;
  for (int hazard = 0; hazard < 6; ++hazard) {
    for (int i = 0; i < 5; ++i) {
      const auto at = kStart + (hazard * 5 + i) * 200ms;
      const auto results = tracker.update(std::vector{patch(34 - 6.0 * i)}, sight(at));
      const std::uint64_t id = results.at(0).track->id;
      if (i > 0 && hazard >= 2 && id != last) ++switches;
      last = id;
    }
  }
  EXPECT_EQ(switches, 0);
}

}  // namespace
}  // namespace hazard::track
