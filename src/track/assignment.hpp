// Who goes with whom at the least total cost, where staying alone has a price too: the linear assignment problem, solved by shortest
// augmenting paths (Jonker and Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment problems",
// Computing 38, 1987; without its initial reductions). O(rows^2 * columns) at worst. Used by association.cpp; keeps its scratch
// memory from call to call, so one solver belongs to one tracker.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace hazard::track {

// The cost of a pair that must not be made.
inline constexpr float kForbidden = std::numeric_limits<float>::infinity();

class AssignmentSolver {
 public:
  static constexpr int kAlone = -1;

  // `costs` holds rows * columns values row by row, each >= 0 or kForbidden. Minimises the sum of the costs of the pairs made plus
  // alone_cost for each row without a partner. Returns each row's column or kAlone; the view is good until the next call.
  std::span<const int> solve(std::span<const float> costs, std::size_t rows, std::size_t columns, float alone_cost);

 private:
  void add_row(std::span<const float> costs, std::size_t columns, double alone_cost, int start);
  void raise_prices(int start, double total) noexcept;
  void swap_along_path(int start, int column) noexcept;

  std::vector<int> column_of_row_;
  std::vector<int> row_of_column_;
  std::vector<double> row_price_;  // dual variables: cost - row_price - column_price >= 0 everywhere, 0 on pairs made
  std::vector<double> column_price_;
  std::vector<double> distance_;  // of each column from the row being added
  std::vector<int> came_from_;    // the row before each column on its shortest path
  std::vector<char> settled_;
};

}  // namespace hazard::track
