// The known word that a mistyped one was probably meant to be: for commands, flags and keys of the configuration file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hazard::app {

// The closest word of `known` (base/closest_word.hpp), or the only one that begins with `word` or has it as a part between dashes
// or underscores.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known);

// " Did you mean 'serve'?" or nothing, to put behind a sentence. `prefix` stands before the word, as in "--".
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known, std::string_view prefix = {});

}  // namespace hazard::app
