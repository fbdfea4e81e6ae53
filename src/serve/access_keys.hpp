// The operator's keys: who holds one and what it opens. A file names one a line, `name right,right... sha256-of-the-key`; only
// digests are kept, so neither the file nor a memory dump gives a key away. Immutable after the start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/sha256.hpp"
#include "domain/error.hpp"
#include "serve/router.hpp"

namespace hazard::serve {

// A set of what Access names, without `everyone`, `measures` and `any_key`.
class Rights {
 public:
  constexpr Rights() = default;
  constexpr void add(Access right) noexcept { bits_ |= bit(right); }
  constexpr bool has(Access right) const noexcept { return (bits_ & bit(right)) != 0; }
  constexpr bool operator==(const Rights&) const = default;

 private:
  static constexpr std::uint32_t bit(Access right) noexcept { return 1U << static_cast<unsigned>(right); }
  std::uint32_t bits_ = 0;
};

// "stream,detect" and so on; any order, none twice. Errors: invalid_value.
domain::Result<Rights> parse_rights(std::string_view words);

struct AccessKey {
  std::string name;  // 1 to 64 of A-Z a-z 0-9 . _ -
  Rights rights;
  base::Sha256 digest{};  // of the key's text
};

bool is_key_name(std::string_view name) noexcept;

class AccessKeys {
 public:
  AccessKeys() = default;

  // Lines that are empty or begin with '#' are passed over. Errors: invalid_value with the line's number; a text without any key,
  // since a file that opens nothing is a mistake.
  static domain::Result<AccessKeys> parse(std::string_view text);

  // Null for a key that nobody holds. Compares with every digest, whole, so that its time tells nothing.
  const AccessKey* find(std::string_view key) const noexcept;

  bool empty() const noexcept { return keys_.empty(); }
  std::size_t size() const noexcept { return keys_.size(); }

 private:
  std::vector<AccessKey> keys_;
};

}  // namespace hazard::serve
