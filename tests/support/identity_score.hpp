// How well a tracker named what it saw: IDF1 (Ristani, Solera, Zou, Cucchiara and Tomasi, "Performance Measures and a Data Set for
// Multi-Target, Multi-Camera Tracking", 2016) and identity switches (Bernardin and Stiefelhagen, "Evaluating Multiple Object Tracking
// Performance: The CLEAR MOT Metrics", 2008). Which box belongs to which thing is known, so nothing is matched by overlap. Used by the
// tracker's tests and by bench/track_table.cpp; plain functions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "track/assignment.hpp"

namespace hazard::support {

// One box that the tracker answered with.
struct NamedBox {
  std::uint64_t truth = 0;  // the physical thing; 0: there is none, the detector was wrong
  std::uint64_t track = 0;  // what the tracker called it
};

struct IdentityScore {
  double idf1 = 0;         // over the boxes that the detector gave: its misses are not the tracker's
  double idf1_strict = 0;  // a missed box counts as one without identity; a perfect tracker behind 15 % misses has 0.919
  int switches = 0;        // boxes whose name differs from that of the same thing's box before
  int things = 0;          // that were seen at least once
  std::size_t boxes = 0;

  double switches_per_100() const noexcept { return things == 0 ? 0 : 100.0 * switches / things; }
};

// `seen` in the order of time; `missed`: boxes of things that the detector did not give.
inline IdentityScore identity_score(const std::vector<NamedBox>& seen, std::size_t missed) {
  IdentityScore score{.boxes = seen.size()};
  std::map<std::uint64_t, std::size_t> row_of;
  std::map<std::uint64_t, std::size_t> column_of;
  std::map<std::uint64_t, std::uint64_t> last;
  std::size_t true_boxes = 0;
  for (const NamedBox& box : seen) {
    column_of.try_emplace(box.track, column_of.size());
    if (box.truth == 0) continue;
    ++true_boxes;
    row_of.try_emplace(box.truth, row_of.size());
    const auto [before, first] = last.try_emplace(box.truth, box.track);
    if (!first && before->second != box.track) ++score.switches;
    before->second = box.track;
  }
  score.things = static_cast<int>(row_of.size());
  if (seen.empty()) return score;

  // The one-to-one pairing of things and names under which most boxes are named right.
  std::vector<float> together(row_of.size() * column_of.size(), 0.0F);
  for (const NamedBox& box : seen) {
    if (box.truth != 0) together[row_of[box.truth] * column_of.size() + column_of[box.track]] += 1;
  }
  const float most = together.empty() ? 0 : *std::ranges::max_element(together);
  std::vector<float> costs;
  for (const float count : together) costs.push_back(most - count);
  track::AssignmentSolver solver;
  const auto names = solver.solve(costs, row_of.size(), column_of.size(), most);
  double right = 0;
  for (std::size_t row = 0; row < names.size(); ++row) {
    if (names[row] != track::AssignmentSolver::kAlone) {
      right += together[row * column_of.size() + static_cast<std::size_t>(names[row])];
    }
  }
  score.idf1 = 2 * right / static_cast<double>(seen.size() + true_boxes);
  score.idf1_strict = 2 * right / static_cast<double>(seen.size() + true_boxes + missed);
  return score;
}

}  // namespace hazard::support
