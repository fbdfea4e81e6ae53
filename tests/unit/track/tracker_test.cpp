#include "track/tracker.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <set>

namespace hazard::track {
namespace {

using domain::Detection;
using domain::PixelBox;
using domain::TrackedDetection;
using namespace std::chrono_literals;

constexpr int kCrack = 0;
constexpr int kPothole = 1;

Detection pothole(float x, float y, float confidence = 0.9F, float side = 60) {
  return {{x - side / 2, y - side / 4, x + side / 2, y + side / 4}, confidence, kPothole};
}

// Feeds frames to a tracker, 100 ms apart unless told otherwise.
class Frames {
 public:
  explicit Frames(TrackerOptions options = {}) : tracker(options) {}

  std::vector<TrackedDetection> next(const std::vector<Detection>& detections, base::Duration after = 100ms) {
    at_ += after;
    return tracker.update(detections, at_);
  }
  std::uint64_t id_of(const Detection& detection, base::Duration after = 100ms) {
    const auto results = next({detection}, after);
    return results.size() == 1 && results[0].track ? results[0].track->id : 0;
  }

  Tracker tracker;

 private:
  base::SteadyTime at_{1h};
};

TEST(Tracker, first_track_has_id_1_and_age_1_at_once) {
  Frames frames;
  const auto results = frames.next({pothole(100, 100)});
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].track->id, 1U);
  EXPECT_EQ(results[0].track->age_frames, 1U);
  EXPECT_FALSE(results[0].track->is_new);
  EXPECT_FALSE(results[0].predicted);
}

TEST(Tracker, keeps_id_while_a_hazard_comes_nearer) {
  Frames frames;
  for (int i = 0; i < 20; ++i) {
    const float step = static_cast<float>(i);
    EXPECT_EQ(frames.id_of(pothole(300 + 4 * step, 300 + 12 * step, 0.9F, 60 + 6 * step)), 1U) << "frame " << i;
  }
  EXPECT_EQ(frames.tracker.live_tracks(), 1U);
}

TEST(Tracker, keeps_id_through_one_missed_frame) {
  Frames frames;
  for (int i = 0; i < 5; ++i) frames.id_of(pothole(100.0F + 20 * static_cast<float>(i), 100));
  EXPECT_TRUE(frames.next({}).empty());
  const auto results = frames.next({pothole(220, 100)});
  EXPECT_EQ(results[0].track->id, 1U);
  EXPECT_EQ(results[0].track->age_frames, 7U);
}

TEST(Tracker, answers_in_the_order_given) {
  Frames frames;
  frames.next({pothole(100, 100), pothole(400, 100), pothole(700, 100)});
  const auto results = frames.next({pothole(700, 100, 0.6F), pothole(100, 100, 0.95F), pothole(400, 100, 0.7F)});
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(results[0].track->id, 3U);
  EXPECT_EQ(results[1].track->id, 1U);
  EXPECT_EQ(results[2].track->id, 2U);
  EXPECT_EQ(results[0].detection.confidence, 0.6F);
}

TEST(Tracker, thresholds_are_inclusive) {
  Frames frames({.high_confidence = 0.5F, .low_confidence = 0.1F});
  EXPECT_EQ(frames.next({pothole(100, 100, 0.5F)}).size(), 1U);
  EXPECT_EQ(frames.next({pothole(400, 400, 0.49F)}).size(), 0U);
}

TEST(Tracker, a_weak_box_keeps_a_confirmed_track_alive_but_is_not_reported) {
  Frames frames({.lost_after = 250ms});
  frames.id_of(pothole(100, 100));
  frames.id_of(pothole(110, 100));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(frames.next({pothole(120.0F + 10 * static_cast<float>(i), 100, 0.2F)}).empty());
  EXPECT_EQ(frames.id_of(pothole(220, 100)), 1U);
}

TEST(Tracker, a_box_below_the_low_threshold_keeps_nothing_alive) {
  Frames frames({.low_confidence = 0.1F, .lost_after = 250ms});
  frames.id_of(pothole(100, 100));
  frames.id_of(pothole(100, 100));
  for (int i = 0; i < 5; ++i) frames.next({pothole(100, 100, 0.09F)});
  EXPECT_EQ(frames.tracker.live_tracks(), 0U);
}

TEST(Tracker, weak_boxes_never_begin_a_track) {
  Frames frames;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(frames.next({pothole(100, 100, 0.45F)}).empty());
  EXPECT_EQ(frames.tracker.live_tracks(), 0U);
  EXPECT_EQ(frames.id_of(pothole(100, 100)), 1U);
}

TEST(Tracker, weak_boxes_never_confirm_a_track) {
  Frames frames;
  frames.id_of(pothole(100, 100));
  frames.next({pothole(100, 100, 0.3F)});
  const auto results = frames.next({pothole(100, 100)});
  EXPECT_TRUE(results[0].track->is_new);
}

TEST(Tracker, is_new_exactly_once_per_confirmed_track) {
  for (const int hits : {1, 2, 3, 5}) {
    Frames frames({.confirm_hits = hits});
    for (int i = 1; i <= 10; ++i) {
      const auto results = frames.next({pothole(100, 100)});
      EXPECT_EQ(results[0].track->is_new, i == hits) << "hits " << hits << " frame " << i;
    }
  }
}

TEST(Tracker, is_not_new_again_after_having_been_lost) {
  Frames frames;
  for (int i = 0; i < 3; ++i) frames.id_of(pothole(100, 100));
  for (int i = 0; i < 5; ++i) frames.next({});
  const auto results = frames.next({pothole(100, 100)});
  EXPECT_EQ(results[0].track->id, 1U);
  EXPECT_FALSE(results[0].track->is_new);
}

TEST(Tracker, a_lost_track_lives_until_lost_after_and_not_longer) {
  for (const auto& [gap, expected] : {std::pair{1499ms, 1U}, {1500ms, 1U}, {1501ms, 2U}}) {
    Frames frames({.lost_after = 1500ms});
    frames.id_of(pothole(100, 100));
    frames.id_of(pothole(100, 100));
    EXPECT_EQ(frames.id_of(pothole(100, 100), gap), expected) << gap.count();
  }
}

TEST(Tracker, a_tentative_track_waits_through_one_frame_without_it) {
  Frames frames;
  frames.id_of(pothole(100, 100));
  frames.next({});
  EXPECT_EQ(frames.id_of(pothole(100, 100)), 1U);

  Frames twice;
  twice.id_of(pothole(100, 100));
  twice.next({});
  EXPECT_EQ(twice.tracker.live_tracks(), 1U);
  twice.next({});
  EXPECT_EQ(twice.tracker.live_tracks(), 0U);
}

TEST(Tracker, confirms_at_one_frame_a_second) {
  Frames frames;
  frames.id_of(pothole(100, 100));
  const auto results = frames.next({pothole(105, 100)}, 1s);
  EXPECT_EQ(results[0].track->id, 1U);
  EXPECT_TRUE(results[0].track->is_new);
}

TEST(Tracker, uneven_steps_are_seen_in_their_real_time) {
  // 300 pixels a second; after a gap of four steps the box is where its speed says, five box heights from where it was.
  Frames frames;
  float x = 100;
  for (const auto step : {100ms, 40ms, 160ms, 100ms, 400ms, 50ms, 300ms, 100ms}) {
    x += 0.3F * static_cast<float>(step.count());
    EXPECT_EQ(frames.id_of(pothole(x, 100), step), 1U) << "at " << x;
  }
}

TEST(Tracker, two_frames_that_arrive_together_do_not_break_the_track) {
  Frames frames;
  frames.id_of(pothole(100, 100));
  frames.id_of(pothole(110, 105));
  EXPECT_EQ(frames.id_of(pothole(120, 110), 200ms), 1U);
  EXPECT_EQ(frames.id_of(pothole(130, 115), 0ms), 1U);
  EXPECT_EQ(frames.id_of(pothole(140, 120), 100ms), 1U);
}

TEST(Tracker, another_class_at_the_same_place_is_another_track) {
  Frames frames;
  frames.id_of(pothole(100, 100));
  frames.id_of(pothole(100, 100));
  Detection crack = pothole(100, 100);
  crack.class_id = kCrack;
  EXPECT_EQ(frames.id_of(crack), 2U);
  EXPECT_EQ(frames.id_of(pothole(100, 100)), 1U);
}

TEST(Tracker, crossing_hazards_keep_their_ids) {
  Frames frames;
  std::uint64_t left = 0;
  std::uint64_t right = 0;
  for (int i = 0; i <= 20; ++i) {
    const float step = static_cast<float>(i);
    // They pass each other at frame 10, 12 pixels apart in height, their boxes overlapping for several frames.
    const auto results = frames.next({pothole(100 + 20 * step, 100, 0.9F, 50), pothole(500 - 20 * step, 112, 0.8F, 50)});
    ASSERT_EQ(results.size(), 2U);
    if (i == 0) {
      left = results[0].track->id;
      right = results[1].track->id;
    }
    EXPECT_EQ(results[0].track->id, left) << "frame " << i;
    EXPECT_EQ(results[1].track->id, right) << "frame " << i;
  }
}

TEST(Tracker, ids_are_never_used_again_after_forget_tracks) {
  Frames frames;
  std::set<std::uint64_t> seen;
  for (int round = 0; round < 5; ++round) {
    for (const auto& result : frames.next({pothole(100, 100), pothole(300, 100)}))
      EXPECT_TRUE(seen.insert(result.track->id).second);
    frames.tracker.forget_tracks();
    EXPECT_EQ(frames.tracker.live_tracks(), 0U);
  }
  EXPECT_EQ(seen.size(), 10U);
}

TEST(Tracker, ids_are_never_used_again_after_a_track_is_lost) {
  Frames frames({.lost_after = 100ms});
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(seen.insert(frames.id_of(pothole(100, 100), 200ms)).second);
}

TEST(Tracker, boxes_that_are_no_boxes_are_left_out) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  Frames frames;
  const std::vector<Detection> hostile{{{nan, 0, 10, 10}, 0.9F, kPothole},
                                       {{0, 0, inf, 10}, 0.9F, kPothole},
                                       {{10, 10, 0, 0}, 0.9F, kPothole},
                                       {{5, 5, 5, 9}, 0.9F, kPothole},
                                       {{0, 0, 9, 9}, nan, kPothole},
                                       {{-1e30F, -1e30F, 1e30F, 1e30F}, 0.9F, kPothole},
                                       pothole(100, 100)};
  for (int i = 0; i < 3; ++i) {
    const auto results = frames.next(hostile);
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0].track->id, 1U);
  }
}

std::vector<Detection> grid(int count, float x0 = 0) {
  std::vector<Detection> detections;
  for (int i = 0; i < count; ++i) {
    detections.push_back(pothole(x0 + 40 * static_cast<float>(i % 30), 40 * static_cast<float>(i / 30), 0.9F, 20));
  }
  return detections;
}

TEST(Tracker, holds_up_to_its_bound_and_numbers_the_others_without_holding_them) {
  for (const int count : {199, 200, 201, 260}) {
    Frames frames({.tracks_max = 200});
    const auto first = frames.next(grid(count));
    const auto second = frames.next(grid(count));
    EXPECT_EQ(frames.tracker.live_tracks(), static_cast<std::size_t>(std::min(count, 200)));
    std::set<std::uint64_t> ids;
    for (std::size_t i = 0; i < second.size(); ++i) {
      ASSERT_TRUE(second[i].track.has_value());
      EXPECT_TRUE(ids.insert(second[i].track->id).second);
      EXPECT_EQ(second[i].track->id == first[i].track->id, i < 200);
      EXPECT_EQ(second[i].track->is_new, i < 200);
    }
  }
}

TEST(Tracker, a_full_house_gives_up_the_track_unseen_for_longest) {
  Frames frames({.confirm_hits = 1, .tracks_max = 2});
  frames.next({pothole(100, 100), pothole(500, 100)});
  frames.next({pothole(100, 100)});
  EXPECT_EQ(frames.id_of(pothole(900, 100)), 3U);
  EXPECT_EQ(frames.tracker.live_tracks(), 2U);
  EXPECT_EQ(frames.id_of(pothole(100, 100)), 1U);
  EXPECT_EQ(frames.id_of(pothole(500, 100)), 4U);
}

TEST(Tracker, a_changed_threshold_rules_from_the_next_frame_on) {
  Frames frames;
  EXPECT_TRUE(frames.next({pothole(100, 100, 0.4F)}).empty());
  frames.tracker.set_high_confidence(0.3F);
  EXPECT_EQ(frames.id_of(pothole(100, 100, 0.4F)), 1U);
  frames.tracker.set_high_confidence(0.6F);
  EXPECT_TRUE(frames.next({pothole(100, 100, 0.4F)}).empty());
}

TEST(Tracker, a_high_threshold_below_the_low_one_just_has_no_second_stage) {
  Frames frames({.high_confidence = 0.05F, .low_confidence = 0.1F});
  EXPECT_EQ(frames.id_of(pothole(100, 100, 0.07F)), 1U);
  EXPECT_EQ(frames.id_of(pothole(100, 100, 0.07F)), 1U);
}

TEST(Tracker, nothing_in_nothing_out) {
  Frames frames;
  EXPECT_TRUE(frames.next({}).empty());
  EXPECT_EQ(frames.tracker.live_tracks(), 0U);
}

TEST(Tracker, goes_on_after_a_move) {
  Frames frames;
  frames.id_of(pothole(100, 100));
  Frames moved = std::move(frames);
  EXPECT_EQ(moved.id_of(pothole(100, 100)), 1U);
}

}  // namespace
}  // namespace hazard::track
