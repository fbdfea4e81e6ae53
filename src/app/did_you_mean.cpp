#include "app/did_you_mean.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/closest_word.hpp"

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
std::optional<std::string> only_one(const std::vector<std::string>& known, Fits fits) {
  const auto first = std::ranges::find_if(known, fits);
  if (first == known.end() || std::ranges::find_if(first + 1, known.end(), fits) != known.end()) return std::nullopt;
  return *first;
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known) {
  if (word.empty()) return std::nullopt;
  if (auto found = base::closest_word(word, known)) return found;
  if (auto found = only_one(known, [&](const std::string& whole) { return whole.starts_with(word); })) return found;
  return only_one(known, [&](const std::string& whole) { return is_part(word, whole); });
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known, std::string_view prefix) {
  const auto found = nearest(word, known);
  return found ? fmt::format(" Did you mean '{}{}'?", prefix, *found) : std::string{};
}

}  // namespace hazard::app
