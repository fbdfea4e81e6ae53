#include "base/closest_word.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace hazard::base {
namespace {

constexpr std::size_t kWordBytesMax = 64;

using Row = std::array<std::size_t, kWordBytesMax + 1>;

// The optimal string alignment distance: Wagner and Fischer, "The String-to-String Correction Problem" (1974), and swaps of
// neighbours, with three rows kept.
std::size_t edits(std::string_view a, std::string_view b) noexcept {
  Row before{};
  Row above{};
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    Row row{};
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = above;
    above = row;
  }
  return above[b.size()];
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

}  // namespace hazard::base
