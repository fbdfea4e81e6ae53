// Reads numbers out of foreign bytes in either byte order. Used by the header readers of this room, on any thread.
// Every caller asks holds() first; reading past the end is a bug of ours and ends the process instead of reading on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "domain/frame.hpp"

namespace hazard::image {

// Whether `count` bytes lie at `at`; written so that no sum can overflow.
inline bool holds(domain::ByteView bytes, std::size_t at, std::size_t count) noexcept {
  return at <= bytes.size() && count <= bytes.size() - at;
}

inline bool matches(domain::ByteView bytes, std::size_t at, std::string_view text) noexcept {
  if (!holds(bytes, at, text.size())) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (bytes[at + i] != static_cast<std::uint8_t>(text[i])) return false;
  }
  return true;
}

inline std::uint32_t big_endian(domain::ByteView bytes, std::size_t at, std::size_t count) noexcept {
  HAZARD_CHECK(count <= 4 && holds(bytes, at, count));
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[at + i];
  return value;
}

inline std::uint32_t little_endian(domain::ByteView bytes, std::size_t at, std::size_t count) noexcept {
  HAZARD_CHECK(count <= 4 && holds(bytes, at, count));
  std::uint32_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8 | bytes[at + i];
  return value;
}

}  // namespace hazard::image
