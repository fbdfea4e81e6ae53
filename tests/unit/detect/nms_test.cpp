#include "detect/nms.hpp"

#include <gtest/gtest.h>

namespace hazard::detect {
namespace {

Candidate box(float x1, float y1, float x2, float y2, float score, int class_id = 0, std::uint32_t index = 0) {
  return {.box = {x1, y1, x2, y2}, .score = score, .class_id = class_id, .index = index};
}

std::vector<float> scores_after(std::vector<Candidate> candidates, float threshold, std::size_t keep_max = 300) {
  suppress_overlaps(candidates, threshold, keep_max);
  std::vector<float> scores;
  for (const Candidate& candidate : candidates) scores.push_back(candidate.score);
  return scores;
}

TEST(Nms, keeps_the_best_of_each_heap_best_first) {
  EXPECT_EQ(scores_after({box(0, 0, 10, 10, 0.6F), box(100, 0, 110, 10, 0.7F), box(1, 0, 11, 10, 0.9F)}, 0.45F),
            (std::vector<float>{0.9F, 0.7F}));
}

TEST(Nms, an_overlap_of_exactly_the_threshold_stays) {
  // Half overlapping squares: 50 shared of 150, one third.
  const std::vector<Candidate> pair{box(0, 0, 10, 10, 0.9F), box(5, 0, 15, 10, 0.8F)};
  EXPECT_EQ(scores_after(pair, 0.34F).size(), 2U);
  EXPECT_EQ(scores_after(pair, 0.32F).size(), 1U);
  // A quarter, exact in binary: 4 shared of 16.
  const std::vector<Candidate> nested{box(0, 0, 4, 4, 0.9F), box(0, 0, 2, 2, 0.8F)};
  EXPECT_EQ(scores_after(nested, 0.25F).size(), 2U);
  EXPECT_EQ(scores_after(nested, 0.249F).size(), 1U);
}

TEST(Nms, classes_do_not_hide_each_other) {
  EXPECT_EQ(scores_after({box(0, 0, 10, 10, 0.9F, 0), box(0, 0, 10, 10, 0.8F, 1)}, 0.45F).size(), 2U);
}

TEST(Nms, a_hidden_box_hides_nothing_itself) {
  // b is hidden by a and would hide c; a does not reach c.
  EXPECT_EQ(scores_after({box(0, 0, 10, 10, 0.9F), box(3, 0, 13, 10, 0.8F), box(6, 0, 16, 10, 0.7F)}, 0.45F),
            (std::vector<float>{0.9F, 0.7F}));
}

TEST(Nms, a_threshold_of_one_keeps_even_twins_and_zero_keeps_only_what_never_touches) {
  const std::vector<Candidate> twins{box(0, 0, 10, 10, 0.9F), box(0, 0, 10, 10, 0.8F)};
  EXPECT_EQ(scores_after(twins, 1.0F).size(), 2U);
  EXPECT_EQ(scores_after({box(0, 0, 10, 10, 0.9F), box(9, 9, 19, 19, 0.8F)}, 0.0F).size(), 1U);
  EXPECT_EQ(scores_after({box(0, 0, 10, 10, 0.9F), box(10, 0, 20, 10, 0.8F)}, 0.0F).size(), 2U);
}

TEST(Nms, keeps_at_most_as_many_as_asked) {
  const std::vector<Candidate> three{box(0, 0, 1, 1, 0.7F), box(10, 0, 11, 1, 0.8F), box(20, 0, 21, 1, 0.9F)};
  EXPECT_EQ(scores_after(three, 0.45F, 0).size(), 0U);
  EXPECT_EQ(scores_after(three, 0.45F, 2), (std::vector<float>{0.9F, 0.8F}));
  EXPECT_EQ(scores_after(three, 0.45F, 3).size(), 3U);
  EXPECT_EQ(scores_after({}, 0.45F).size(), 0U);
}

TEST(Nms, equal_scores_come_in_output_order) {
  std::vector<Candidate> candidates;
  for (std::uint32_t i = 0; i < 100; ++i) {
    const auto x = static_cast<float>(i) * 10;
    candidates.push_back(box(x, 0, x + 5, 5, 0.5F, 0, 99 - i));
  }
  suppress_overlaps(candidates, 0.45F, 300);
  ASSERT_EQ(candidates.size(), 100U);
  for (std::uint32_t i = 0; i < 100; ++i) EXPECT_EQ(candidates[i].index, i);
}

TEST(Nms, compares_only_the_best_so_many) {
  const auto row_of = [](std::size_t count) {
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < count; ++i) {
      const auto x = static_cast<float>(i) * 10;
      candidates.push_back(box(x, 0, x + 5, 5, static_cast<float>(i + 1) / 10000.0F, 0, static_cast<std::uint32_t>(i)));
    }
    return candidates;
  };
  for (const std::size_t count : {kCandidatesMax - 1, kCandidatesMax, kCandidatesMax + 1, std::size_t{8400}}) {
    auto candidates = row_of(count);
    suppress_overlaps(candidates, 0.45F, count);
    EXPECT_EQ(candidates.size(), std::min(count, kCandidatesMax));
    EXPECT_EQ(candidates.front().index, count - 1);
    EXPECT_EQ(candidates.back().index, count - candidates.size());
  }
}

}  // namespace
}  // namespace hazard::detect
