// Reads the few flat values a tally needs straight out of the server's own messages: the generator must cost next to nothing.
#pragma once

#include <charconv>
#include <string_view>

namespace hazard::bench {

// What follows `key` (written with its quotes and colon, as in "\"seq\":"), up to the next comma or brace; a string without its
// quotes. Empty when the key is not there.
inline std::string_view value_of(std::string_view json, std::string_view key) {
  const std::size_t at = json.find(key);
  if (at == std::string_view::npos) return {};
  std::string_view rest = json.substr(at + key.size());
  if (rest.starts_with('"')) {
    rest.remove_prefix(1);
    return rest.substr(0, rest.find('"'));
  }
  return rest.substr(0, rest.find_first_of(",}"));
}

template <typename Number = double>
Number number_of(std::string_view json, std::string_view key) {
  const std::string_view text = value_of(json, key);
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace hazard::bench
