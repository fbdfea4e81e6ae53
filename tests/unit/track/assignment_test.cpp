#include "track/assignment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace hazard::track {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int kAlone = AssignmentSolver::kAlone;

struct Problem {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> costs;
  float alone = 0;
  float cost(std::size_t row, std::size_t column) const { return costs[row * columns + column]; }
};

// Every way to pair rows from `row` on, the columns in `taken` excepted.
double least_total(const Problem& p, std::size_t row, unsigned taken) {
  if (row == p.rows) return 0;
  double best = p.alone + least_total(p, row + 1, taken);
  for (std::size_t column = 0; column < p.columns; ++column) {
    if ((taken >> column & 1U) != 0 || p.cost(row, column) == kForbidden) continue;
    best = std::min(best, p.cost(row, column) + least_total(p, row + 1, taken | 1U << column));
  }
  return best;
}

double total_of(const Problem& p, std::span<const int> partners) {
  double total = 0;
  std::set<int> seen;
  for (std::size_t row = 0; row < p.rows; ++row) {
    if (partners[row] == kAlone) {
      total += p.alone;
      continue;
    }
    EXPECT_TRUE(seen.insert(partners[row]).second) << "a column was given twice";
    total += p.cost(row, static_cast<std::size_t>(partners[row]));
  }
  return total;
}

Problem random_problem(std::mt19937& random) {
  Problem p{.rows = random() % 7, .columns = random() % 7};
  std::uniform_real_distribution<float> cost(0, 1);
  p.alone = cost(random) * 2;
  const bool coarse = random() % 2 == 0;  // many ties
  for (std::size_t i = 0; i < p.rows * p.columns; ++i) {
    const float value = coarse ? static_cast<float>(random() % 3) : cost(random);
    p.costs.push_back(random() % 4 == 0 ? kForbidden : value);
  }
  return p;
}

TEST(AssignmentSolver, takes_the_cheaper_whole_over_the_cheapest_pair) {
  AssignmentSolver solver;
  const std::vector<float> costs{1, 2,  //
                                 2, 9};
  EXPECT_THAT(solver.solve(costs, 2, 2, 100), ElementsAre(1, 0));
}

TEST(AssignmentSolver, as_cheap_as_every_way_tried_one_by_one) {
  std::mt19937 random(11);
  AssignmentSolver solver;
  for (int round = 0; round < 3000; ++round) {
    const Problem p = random_problem(random);
    const auto partners = solver.solve(p.costs, p.rows, p.columns, p.alone);
    ASSERT_EQ(partners.size(), p.rows);
    ASSERT_NEAR(total_of(p, partners), least_total(p, 0, 0), 1e-4) << "round " << round;
  }
}

TEST(AssignmentSolver, never_makes_a_forbidden_pair) {
  AssignmentSolver solver;
  EXPECT_THAT(solver.solve(std::vector<float>{kForbidden, kForbidden, kForbidden, 1}, 2, 2, 1000), ElementsAre(kAlone, 1));
}

TEST(AssignmentSolver, leaves_a_row_alone_where_that_is_cheaper) {
  AssignmentSolver solver;
  EXPECT_THAT(solver.solve(std::vector<float>{3}, 1, 1, 2.5F), ElementsAre(kAlone));
  EXPECT_THAT(solver.solve(std::vector<float>{2}, 1, 1, 2.5F), ElementsAre(0));
}

TEST(AssignmentSolver, gives_up_an_earlier_pair_for_a_better_one) {
  AssignmentSolver solver;
  EXPECT_THAT(solver.solve(std::vector<float>{0.9F, 0.1F}, 2, 1, 1), ElementsAre(kAlone, 0));
}

TEST(AssignmentSolver, nothing_on_one_side_is_fine) {
  AssignmentSolver solver;
  EXPECT_THAT(solver.solve({}, 0, 0, 1), IsEmpty());
  EXPECT_THAT(solver.solve({}, 0, 5, 1), IsEmpty());
  EXPECT_THAT(solver.solve({}, 2, 0, 1), ElementsAre(kAlone, kAlone));
}

TEST(AssignmentSolver, one_solver_serves_problems_of_every_size) {
  AssignmentSolver solver;
  EXPECT_THAT(solver.solve(std::vector<float>{1, 2, 3, 4, 5, 6}, 2, 3, 100), ElementsAre(0, 1));
  EXPECT_THAT(solver.solve(std::vector<float>{4}, 1, 1, 100), ElementsAre(0));
}

TEST(AssignmentSolver, a_full_house_of_200_by_300) {
  std::mt19937 random(5);
  std::uniform_real_distribution<float> cost(0, 1);
  Problem p{.rows = 200, .columns = 300, .alone = 1.5F};
  for (std::size_t i = 0; i < p.rows * p.columns; ++i) p.costs.push_back(cost(random));
  AssignmentSolver solver;
  const auto partners = solver.solve(p.costs, p.rows, p.columns, p.alone);
  EXPECT_EQ(std::ranges::count(partners, kAlone), 0);
  EXPECT_LT(total_of(p, partners), 200 * 0.05);
}

TEST(AssignmentSolverDeathTest, a_matrix_of_the_wrong_size_is_our_bug) {
  AssignmentSolver solver;
  EXPECT_DEATH(solver.solve(std::vector<float>{1, 2, 3}, 2, 2, 1), "bug:");
}

}  // namespace
}  // namespace hazard::track
