// "Did you mean": the word of a list that is fewest edits away; for names of devices, commands, flags and keys. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hazard::base {

// The word fewest edits away from `word`, when that is at most a third of its length (at least 1); the first of equals. An edit
// inserts, deletes or replaces a letter or swaps two neighbours. Both words are cut to 64 bytes.
std::optional<std::string> closest_word(std::string_view word, const std::vector<std::string>& words);

}  // namespace hazard::base
