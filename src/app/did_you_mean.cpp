#include "app/did_you_mean.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace hazard::app {
namespace {

bool is_separator(char c) noexcept { return c == '-' || c == '_'; }

// "path" is a part of "model-path", "pat" is none.
bool is_part(std::string_view word, std::string_view whole) noexcept {
  for (auto at = whole.find(word); at != std::string_view::npos; at = whole.find(word, at + 1)) {
    const auto end = at + word.size();
    if ((at == 0 || is_separator(whole[at - 1])) && (end == whole.size() || is_separator(whole[end]))) return true;
  }
  return false;
}

// The single one for which `fits` holds.
template <typename Fits>
std::optional<std::string> only_one(std::span<const std::string> known, Fits fits) {
  const auto first = std::ranges::find_if(known, fits);
  if (first == known.end() || std::ranges::find_if(first + 1, known.end(), fits) != known.end()) return std::nullopt;
  return *first;
}

}  // namespace

int edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<int>> cost(a.size() + 1, std::vector<int>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = static_cast<int>(i);
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const int replaced = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> known) {
  if (word.empty() || word.size() > 64) return std::nullopt;  // nobody mistypes that far; the table stays small
  const std::string* best = nullptr;
  int best_distance = std::max(1, static_cast<int>(word.size()) / 3) + 1;
  for (const auto& candidate : known) {
    const int distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = &candidate;
    }
  }
  if (best != nullptr) return *best;
  if (auto found = only_one(known, [&](const std::string& whole) { return whole.starts_with(word); })) return found;
  return only_one(known, [&](const std::string& whole) { return is_part(word, whole); });
}

std::string did_you_mean(std::string_view word, std::span<const std::string> known, std::string_view prefix) {
  const auto found = nearest(word, known);
  return found ? fmt::format(" Did you mean '{}{}'?", prefix, *found) : std::string{};
}

}  // namespace hazard::app
