// Walks foreign text as UTF-8. Used by everything that writes text for others; pure, any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace hazard::base {

// The length of the well-formed UTF-8 sequence at the start of `text` (Unicode 15, table 3-7), 1 to 4; 0 where none stands there. The text
// has at least one byte.
std::size_t utf8_length(std::string_view text) noexcept;

// The beginning of `text`, at most `bytes_most` bytes of it, not ending inside a character.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes_most) noexcept;

}  // namespace hazard::base
