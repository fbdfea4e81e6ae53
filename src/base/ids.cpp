#include "base/ids.hpp"

#include <sys/random.h>

#include <array>
#include <cstdint>
#include <span>

#include "base/check.hpp"

namespace hazard::base {
namespace {

template <std::size_t N>
std::array<std::uint8_t, N> random_bytes() {
  std::array<std::uint8_t, N> bytes{};
  // Requests of up to 256 bytes are never cut short once the pool is seeded (getrandom(2)).
  const ssize_t got = ::getrandom(bytes.data(), bytes.size(), 0);
  HAZARD_CHECK(got == static_cast<ssize_t>(bytes.size()));
  return bytes;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 0xF]);
  }
  return hex;
}

}  // namespace

std::string make_uuid() {
  auto bytes = random_bytes<16>();
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  std::string text = to_hex(bytes);
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, 1, '-');
  return text;
}

std::string make_token() { return to_hex(random_bytes<16>()); }

std::string make_request_id() { return to_hex(random_bytes<4>()); }

}  // namespace hazard::base
