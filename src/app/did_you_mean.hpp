// The known word that a mistyped one was probably meant to be: for commands, flags and keys of the configuration file.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hazard::app {

// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (optimal string alignment distance).
int edit_distance(std::string_view a, std::string_view b);

// The nearest of `known`, or the only one that begins with `word` or has it as a part between dashes or underscores; nothing
// when none is near (more than a third of the word's letters away).
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> known);

// " Did you mean 'serve'?" or nothing, to put behind a sentence. `prefix` stands before the word, as in "--".
std::string did_you_mean(std::string_view word, std::span<const std::string> known, std::string_view prefix = {});

}  // namespace hazard::app
