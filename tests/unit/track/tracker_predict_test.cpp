// Frames that nothing was looked for in: boxes moved on, nothing invented, nothing disturbed.
#include <gtest/gtest.h>

#include "track/tracker.hpp"

namespace hazard::track {
namespace {

using domain::Detection;
using domain::TrackedDetection;
using namespace std::chrono_literals;

constexpr base::SteadyTime kStart{1h};

FrameSight sight(int frame, domain::SizePx picture = {1280, 720}) { return {.at = kStart + frame * 100ms, .picture = picture}; }

// A patch of the road, half a metre nearer in each frame: 20 m away in frame 0, under the usual camera.
Detection nearing(int frame, float confidence = 0.9F, float aside_m = 0.3F) {
  const float depth = 20 - 0.5F * static_cast<float>(frame);
  const auto row = [](float metres) { return 288 + 1437.75F / metres; };
  const auto column = [](float metres, float aside) { return 640 + 1065 * aside / metres; };
  return {{column(depth, aside_m), row(depth + 2), column(depth, aside_m + 1), row(depth)}, confidence, 1};
}

Tracker after(int frames, TrackerOptions options = {}) {
  Tracker tracker(options);
  for (int i = 0; i < frames; ++i) tracker.update(std::vector{nearing(i)}, sight(i));
  return tracker;
}

TEST(TrackerPredict, moves_the_boxes_on_and_marks_them) {
  Tracker tracker = after(20);
  const auto results = tracker.predict(sight(20));
  ASSERT_EQ(results.size(), 1U);
  EXPECT_TRUE(results[0].predicted);
  EXPECT_EQ(results[0].track->id, 1U);
  EXPECT_EQ(results[0].track->age_frames, 21U);
  EXPECT_FALSE(results[0].track->is_new);
  EXPECT_EQ(results[0].detection.class_id, 1);
  EXPECT_FLOAT_EQ(results[0].detection.confidence, 0.9F);
  EXPECT_GT(domain::iou(results[0].detection.box, nearing(20).box), 0.7F);
}

TEST(TrackerPredict, goes_on_over_several_frames) {
  Tracker tracker = after(20);
  tracker.predict(sight(20));
  const auto results = tracker.predict(sight(21));
  ASSERT_EQ(results.size(), 1U);
  EXPECT_GT(domain::iou(results[0].detection.box, nearing(21).box), 0.5F);
}

TEST(TrackerPredict, tells_nothing_of_a_track_that_is_not_confirmed) {
  Tracker tracker = after(1);
  EXPECT_TRUE(tracker.predict(sight(1)).empty());
  EXPECT_EQ(tracker.live_tracks(), 1U);
}

TEST(TrackerPredict, tells_nothing_of_a_track_that_the_last_update_missed) {
  Tracker tracker = after(5);
  tracker.update({}, sight(5));
  EXPECT_TRUE(tracker.predict(sight(6)).empty());
}

TEST(TrackerPredict, tells_nothing_of_a_track_last_seen_below_the_threshold) {
  Tracker tracker = after(5);
  tracker.update(std::vector{nearing(5, 0.3F)}, sight(5));
  EXPECT_TRUE(tracker.predict(sight(6)).empty());
  tracker.update(std::vector{nearing(7, 0.5F)}, sight(7));
  EXPECT_EQ(tracker.predict(sight(8)).size(), 1U);
}

TEST(TrackerPredict, clamps_to_the_picture_and_omits_what_left_it) {
  Tracker tracker;
  for (int i = 0; i < 5; ++i) tracker.update(std::vector{nearing(26 + i)}, sight(i));
  int told = 0;
  for (int i = 5; i < 20; ++i) {
    for (const TrackedDetection& result : tracker.predict(sight(i))) {
      ++told;
      EXPECT_LE(result.detection.box.y2, 720);
      EXPECT_LT(result.detection.box.y1, result.detection.box.y2);
    }
  }
  EXPECT_GT(told, 1);
  EXPECT_LT(told, 10);
  EXPECT_EQ(tracker.live_tracks(), 1U);
}

TEST(TrackerPredict, without_a_size_nothing_is_clamped) {
  Tracker tracker;
  for (int i = 0; i < 5; ++i) tracker.update(std::vector{nearing(i)}, sight(i, {}));
  ASSERT_EQ(tracker.predict(sight(5, {})).size(), 1U);
}

TEST(TrackerPredict, disturbs_nothing) {
  Tracker plain = after(6);
  Tracker with = after(6);
  for (int i = 6; i < 26; ++i) {
    with.predict({.at = kStart + i * 100ms - 50ms, .picture = {1280, 720}});
    const std::vector<Detection> found = i % 5 == 0 ? std::vector<Detection>{} : std::vector{nearing(i), nearing(i, 0.9F, -2)};
    const auto expected = plain.update(found, sight(i));
    const auto got = with.update(found, sight(i));
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t k = 0; k < got.size(); ++k) {
      EXPECT_EQ(got[k].track->id, expected[k].track->id) << i;
      EXPECT_EQ(got[k].track->is_new, expected[k].track->is_new) << i;
    }
  }
}

TEST(TrackerPredict, a_tentative_track_does_not_wait_for_frames_in_which_nobody_looked) {
  Tracker tracker = after(1);
  for (int i = 1; i < 4; ++i) tracker.predict(sight(i));
  const auto results = tracker.update(std::vector{nearing(2)}, sight(4));
  EXPECT_EQ(results[0].track->id, 1U);
  EXPECT_TRUE(results[0].track->is_new);
}

TEST(TrackerPredict, before_the_first_frame_there_is_nothing) { EXPECT_TRUE(Tracker().predict(sight(0)).empty()); }

TEST(TrackerPredict, a_time_before_the_last_one_counts_as_the_last_one) {
  Tracker tracker = after(5);
  const auto results = tracker.predict(sight(1));
  ASSERT_EQ(results.size(), 1U);
  EXPECT_GT(domain::iou(results[0].detection.box, nearing(4).box), 0.8F);
}

TEST(PictureSize, the_same_view_sent_smaller_keeps_its_tracks) {
  Tracker tracker = after(5);
  Detection half = nearing(5);
  for (float* side : {&half.box.x1, &half.box.y1, &half.box.x2, &half.box.y2}) *side /= 2;
  const auto results = tracker.update(std::vector{half}, sight(5, {640, 360}));
  EXPECT_EQ(results[0].track->id, 1U);
  EXPECT_FALSE(results[0].track->is_new);
}

TEST(PictureSize, an_unknown_size_changes_nothing) {
  Tracker tracker = after(5);
  EXPECT_EQ(tracker.update(std::vector{nearing(5)}, sight(5, {}))[0].track->id, 1U);
  EXPECT_EQ(tracker.update(std::vector{nearing(6)}, sight(6))[0].track->id, 1U);
}

TEST(PictureSize, a_view_of_another_shape_begins_anew) {
  Tracker tracker = after(5);
  const auto results = tracker.update(std::vector{nearing(5)}, sight(5, {720, 1280}));
  EXPECT_EQ(results[0].track->id, 2U);
  EXPECT_EQ(tracker.live_tracks(), 1U);
}

}  // namespace
}  // namespace hazard::track
