// Numbers that a person wrote: all of the text or nothing. Pure.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace hazard::app {

// Decimal; no sign but '-', no spaces, nothing behind the digits. Empty also when it does not fit the type.
template <typename Number>
std::optional<Number> number_from(std::string_view text) noexcept {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The same within [least, most]; what is no number at all (nan) is not.
template <typename Number>
std::optional<Number> number_within(std::string_view text, Number least, Number most) noexcept {
  const auto value = number_from<Number>(text);
  return value && *value >= least && *value <= most ? value : std::nullopt;
}

}  // namespace hazard::app
