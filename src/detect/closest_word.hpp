// "Did you mean": the word of a list that is fewest edits away. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hazard::detect {

// The word with the least Levenshtein distance to `word` when that is at most a third of its length (at least 1); the first
// of equals. Both are cut to 64 bytes.
std::optional<std::string> closest_word(std::string_view word, const std::vector<std::string>& words);

}  // namespace hazard::detect
