#include "detect/closest_word.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace hazard::detect {
namespace {

constexpr std::size_t kWordBytesMax = 64;

// Wagner and Fischer, "The String-to-String Correction Problem" (1974), with one row kept.
std::size_t edits(std::string_view a, std::string_view b) noexcept {
  std::array<std::size_t, kWordBytesMax + 1> row{};
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<std::string> closest_word(std::string_view word, const std::vector<std::string>& words) {
  word = word.substr(0, kWordBytesMax);
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::optional<std::string> found;
  for (const std::string& candidate : words) {
    const std::size_t distance = edits(word, std::string_view(candidate).substr(0, kWordBytesMax));
    if (distance >= least) continue;
    least = distance;
    found = candidate;
  }
  return found;
}

}  // namespace hazard::detect
