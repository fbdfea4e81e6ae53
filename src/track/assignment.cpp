#include "track/assignment.hpp"

#include "base/check.hpp"

namespace hazard::track {
namespace {

constexpr double kUnreached = std::numeric_limits<double>::infinity();

}  // namespace

std::span<const int> AssignmentSolver::solve(std::span<const float> costs, std::size_t rows, std::size_t columns,
                                             float alone_cost) {
  HAZARD_CHECK(costs.size() == rows * columns);
  column_of_row_.assign(rows, kAlone);
  row_of_column_.assign(columns, kAlone);
  row_price_.assign(rows, 0);
  column_price_.assign(columns, 0);
  for (std::size_t row = 0; row < rows; ++row) add_row(costs, columns, alone_cost, static_cast<int>(row));
  return column_of_row_;
}

// Dijkstra over the columns from row `start`, on reduced costs. A path ends at a free column, or at a row that is cheaper left alone.
void AssignmentSolver::add_row(std::span<const float> costs, std::size_t columns, double alone_cost, int start) {
  distance_.assign(columns, kUnreached);
  came_from_.assign(columns, kAlone);
  settled_.assign(columns, 0);
  double cheapest_alone = kUnreached;
  int row_left_alone = start;
  int row = start;
  double so_far = 0;
  for (;;) {
    const double base = so_far - row_price_[static_cast<std::size_t>(row)];
    if (base + alone_cost < cheapest_alone) {
      cheapest_alone = base + alone_cost;
      row_left_alone = row;
    }
    std::size_t nearest = columns;
    const float* row_costs = costs.data() + static_cast<std::size_t>(row) * columns;
    for (std::size_t column = 0; column < columns; ++column) {
      if (settled_[column]) continue;
      const double reach = base + row_costs[column] - column_price_[column];
      if (reach < distance_[column]) {
        distance_[column] = reach;
        came_from_[column] = row;
      }
      if (distance_[column] < kUnreached && (nearest == columns || distance_[column] < distance_[nearest])) nearest = column;
    }
    if (nearest == columns || cheapest_alone <= distance_[nearest]) {
      raise_prices(start, cheapest_alone);
      const int given_up = column_of_row_[static_cast<std::size_t>(row_left_alone)];
      column_of_row_[static_cast<std::size_t>(row_left_alone)] = kAlone;
      if (row_left_alone != start) swap_along_path(start, given_up);
      return;
    }
    so_far = distance_[nearest];
    if (row_of_column_[nearest] == kAlone) {
      raise_prices(start, so_far);
      swap_along_path(start, static_cast<int>(nearest));
      return;
    }
    settled_[nearest] = 1;
    row = row_of_column_[nearest];
  }
}

// Keeps every reduced cost at or above zero, and at zero along the path of length `total`.
void AssignmentSolver::raise_prices(int start, double total) noexcept {
  row_price_[static_cast<std::size_t>(start)] += total;
  for (std::size_t column = 0; column < settled_.size(); ++column) {
    if (!settled_[column]) continue;
    const double slack = total - distance_[column];
    column_price_[column] -= slack;
    row_price_[static_cast<std::size_t>(row_of_column_[column])] += slack;
  }
}

// Each row on the path to `column` takes the column after it.
void AssignmentSolver::swap_along_path(int start, int column) noexcept {
  for (;;) {
    const int row = came_from_[static_cast<std::size_t>(column)];
    const int before = column_of_row_[static_cast<std::size_t>(row)];
    column_of_row_[static_cast<std::size_t>(row)] = column;
    row_of_column_[static_cast<std::size_t>(column)] = row;
    if (row == start) return;
    column = before;
  }
}

}  // namespace hazard::track
