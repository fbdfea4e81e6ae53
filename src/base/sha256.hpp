// SHA-256 (FIPS 180-4), for what must be recognised but not kept: tokens are stored as their digests. Pure; any thread. Not
// for bulk data: it is plain code, some 200 MB a second.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hazard::base {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view bytes) noexcept;

// Takes as long for digests that differ in the first byte as for equal ones.
bool same_digest(const Sha256& a, const Sha256& b) noexcept;

// 64 lower-case hex digits, and back; nothing for any other text.
std::string to_hex(const Sha256& digest);
std::optional<Sha256> sha256_from_hex(std::string_view text) noexcept;

}  // namespace hazard::base
