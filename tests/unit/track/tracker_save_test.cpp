// What survives a restart of the process, and that no bytes at all can do harm.
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "track/tracker.hpp"

namespace hazard::track {
namespace {

using domain::Detection;
using namespace std::chrono_literals;

constexpr base::SteadyTime kStart{1h};

Detection box_at(float x, float y, float confidence = 0.9F) { return {{x, y, x + 60, y + 30}, confidence, 1}; }

FrameSight sight(base::SteadyTime at) { return {.at = at, .picture = {1280, 720}}; }

// Three hazards that move by 10 pixels each 100 ms; the last frame is at kStart + 900 ms.
Tracker after_ten_frames(TrackerOptions options = {}) {
  Tracker tracker(options);
  for (int i = 0; i < 10; ++i) {
    const float step = 10 * static_cast<float>(i);
    const std::vector<Detection> found{box_at(100, 300 + step), box_at(400, 300 + step), box_at(900, 300 + step, 0.6F)};
    tracker.update(found, sight(kStart + i * 100ms));
  }
  return tracker;
}

TEST(TrackerSave, ids_go_on_in_another_process) {
  const std::string bytes = after_ten_frames().save(kStart + 950ms);
  // The other process's clock began somewhere else; it took 50 ms to come back.
  const base::SteadyTime now{7min};
  auto loaded = Tracker::load(bytes, now);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->live_tracks(), 3U);
  const std::vector<Detection> found{box_at(900, 400), box_at(100, 400), box_at(400, 400), box_at(30, 30)};
  const auto results = loaded->update(found, sight(now + 50ms));
  ASSERT_EQ(results.size(), 4U);
  EXPECT_EQ(results[0].track->id, 3U);
  EXPECT_EQ(results[1].track->id, 1U);
  EXPECT_EQ(results[2].track->id, 2U);
  EXPECT_EQ(results[3].track->id, 4U);
  EXPECT_EQ(results[1].track->age_frames, 11U);
  EXPECT_FALSE(results[1].track->is_new);
}

TEST(TrackerSave, the_loaded_one_answers_exactly_as_the_saved_one_would_have) {
  Tracker saved = after_ten_frames();
  auto loaded = Tracker::load(saved.save(kStart), kStart);
  ASSERT_TRUE(loaded);
  for (int i = 10; i < 30; ++i) {
    const float step = 10 * static_cast<float>(i);
    const std::vector<Detection> found{box_at(100, 300 + step), box_at(400, 300 + step, i % 3 == 0 ? 0.9F : 0.2F)};
    const auto expected = i % 4 == 0 ? saved.predict(sight(kStart + i * 100ms)) : saved.update(found, sight(kStart + i * 100ms));
    const auto got = i % 4 == 0 ? loaded->predict(sight(kStart + i * 100ms)) : loaded->update(found, sight(kStart + i * 100ms));
    ASSERT_EQ(got.size(), expected.size()) << i;
    for (std::size_t k = 0; k < got.size(); ++k) {
      EXPECT_EQ(got[k].track->id, expected[k].track->id);
      EXPECT_EQ(got[k].track->age_frames, expected[k].track->age_frames);
      EXPECT_EQ(got[k].detection.box, expected[k].detection.box);
    }
  }
}

TEST(TrackerSave, ids_go_on_though_no_track_lives) {
  Tracker tracker = after_ten_frames();
  tracker.forget_tracks();
  auto loaded = Tracker::load(tracker.save(kStart), kStart);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->live_tracks(), 0U);
  EXPECT_EQ(loaded->update(std::vector{box_at(1, 1)}, kStart)[0].track->id, 4U);
}

TEST(TrackerSave, options_are_kept) {
  auto loaded = Tracker::load(Tracker({.high_confidence = 0.95F, .confirm_hits = 1}).save(kStart), kStart);
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->update(std::vector{box_at(1, 1, 0.94F)}, kStart).empty());
  EXPECT_TRUE(loaded->update(std::vector{box_at(1, 1, 0.95F)}, kStart)[0].track->is_new);
}

TEST(TrackerSave, stays_within_its_bound_however_many_tracks_there_are) {
  Tracker tracker({.tracks_max = 5000});
  std::vector<Detection> found;
  for (int i = 0; i < 3000; ++i) found.push_back(box_at(100.0F * static_cast<float>(i % 60), 50.0F * static_cast<float>(i / 60)));
  tracker.update(found, kStart);
  const std::string bytes = tracker.save(kStart);
  EXPECT_LE(bytes.size(), Tracker::kSavedBytesMost);
  const auto loaded = Tracker::load(bytes, kStart);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->live_tracks(), 1000U);
}

TEST(TrackerSave, bytes_of_something_else_are_refused) {
  EXPECT_FALSE(Tracker::load("", kStart));
  EXPECT_FALSE(Tracker::load("HSTK", kStart));
  EXPECT_FALSE(Tracker::load("not a tracker", kStart));
  EXPECT_FALSE(Tracker::load(std::string(100, '\0'), kStart));
  EXPECT_FALSE(Tracker::load(std::string(Tracker::kSavedBytesMost + 1, 'H'), kStart));
}

TEST(TrackerSave, another_version_is_refused) {
  std::string bytes = after_ten_frames().save(kStart);
  bytes[4] = static_cast<char>(bytes[4] + 1);
  EXPECT_FALSE(Tracker::load(bytes, kStart));
}

TEST(TrackerSave, every_cut_and_every_turned_bit_is_noticed) {
  const std::string bytes = after_ten_frames().save(kStart);
  ASSERT_TRUE(Tracker::load(bytes, kStart));
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(Tracker::load(std::string_view(bytes).substr(0, length), kStart)) << length;
  }
  EXPECT_FALSE(Tracker::load(bytes + '\0', kStart));
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(Tracker::load(damaged, kStart)) << bit;
  }
}

// The sum made right again, as somebody would who wants to do harm: whatever is accepted then still works.
std::string with_right_sum(std::string bytes) {
  constexpr std::size_t kSumAt = 6;
  constexpr std::size_t kFieldsAt = 14;
  std::uint64_t sum = 0xCBF29CE484222325U;
  for (const char c : std::string_view(bytes).substr(kFieldsAt)) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  for (std::size_t i = 0; i < 8; ++i) bytes[kSumAt + i] = static_cast<char>(sum >> (8 * i));
  return bytes;
}

TEST(TrackerSave, forged_values_are_refused_or_harmless) {
  const std::string bytes = after_ten_frames().save(kStart);
  ASSERT_EQ(with_right_sum(bytes), bytes);
  std::mt19937 random(5);
  int accepted = 0;
  for (int round = 0; round < 5000; ++round) {
    std::string forged = bytes;
    const auto changes = 1 + random() % 4;
    for (std::size_t i = 0; i < changes; ++i) forged[14 + random() % (bytes.size() - 14)] = static_cast<char>(random());
    auto loaded = Tracker::load(with_right_sum(forged), kStart);
    if (!loaded) continue;
    ++accepted;
    for (int frame = 0; frame < 3; ++frame) {
      for (const auto& result : loaded->predict(sight(kStart + 1s + frame * 100ms))) {
        const auto& box = result.detection.box;
        ASSERT_TRUE(box.x1 >= 0 && box.y1 >= 0 && box.x2 <= 1280 && box.y2 <= 720 && box.x1 < box.x2 && box.y1 < box.y2);
      }
      loaded->update(std::vector{box_at(100, 400), box_at(400, 400)}, sight(kStart + 1s + frame * 100ms));
    }
  }
  EXPECT_GT(accepted, 100);
  EXPECT_LT(accepted, 5000);
}

TEST(TrackerSave, a_forged_count_of_tracks_reads_nothing_beyond_the_end) {
  std::string bytes = Tracker().save(kStart);
  bytes[bytes.size() - 4] = 3;
  EXPECT_FALSE(Tracker::load(with_right_sum(bytes), kStart));
}

}  // namespace
}  // namespace hazard::track
