#include "serve/access_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ranges>
#include <utility>

namespace hazard::serve {
namespace {

using domain::ErrorCode;
using domain::refuse;

constexpr std::array<std::pair<std::string_view, Access>, 4> kRights{
    {{"stream", Access::stream}, {"detect", Access::detect}, {"reports", Access::reports}, {"admin", Access::admin}}};
constexpr std::size_t kNameMost = 64;
constexpr std::string_view kBlanks = " \t\r";

// The next word of `line`, which loses it; empty at the end.
std::string_view next_word(std::string_view& line) noexcept {
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  const auto word = line.substr(0, line.find_first_of(kBlanks));
  line.remove_prefix(word.size());
  return word;
}

domain::Result<AccessKey> parse_line(std::string_view line) {
  const auto name = next_word(line);
  const auto rights = next_word(line);
  const auto digest = next_word(line);
  if (digest.empty() || !next_word(line).empty())
    return refuse(ErrorCode::invalid_value, "a line has three words: name right,right... sha256-of-the-key");
  if (!is_key_name(name))
    return refuse(ErrorCode::invalid_value, "a name has 1 to 64 letters, digits, dots, dashes or underscores");
  const auto set = parse_rights(rights);
  if (!set) return std::unexpected(set.error());
  // The word itself is not repeated: somebody may have put the key there.
  const auto bytes = base::sha256_from_hex(digest);
  if (!bytes) return refuse(ErrorCode::invalid_value, "the third word is the key's SHA-256 in 64 hex digits");
  return AccessKey{.name = std::string(name), .rights = *set, .digest = *bytes};
}

}  // namespace

domain::Result<Rights> parse_rights(std::string_view words) {
  Rights rights;
  for (const auto part : std::views::split(words, ',')) {
    const std::string_view word(part.begin(), part.end());
    const auto* const known = std::ranges::find(kRights, word, &decltype(kRights)::value_type::first);
    if (known == kRights.end() || rights.has(known->second))
      return refuse(ErrorCode::invalid_value,
                    "rights are stream, detect, reports and admin, each once, with commas and no blanks");
    rights.add(known->second);
  }
  return rights;
}

bool is_key_name(std::string_view name) noexcept {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !name.empty() && name.size() <= kNameMost && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

domain::Result<AccessKeys> AccessKeys::parse(std::string_view text) {
  AccessKeys keys;
  int number = 0;
  for (const auto part : std::views::split(text, '\n')) {
    ++number;
    std::string_view line(part.begin(), part.end());
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    if (line.empty() || line.starts_with('#')) continue;
    auto key = parse_line(line);
    if (!key) return refuse(ErrorCode::invalid_value, fmt::format("line {}: {}", number, key.error().message));
    const auto same = [&](const AccessKey& other) { return other.name == key->name || other.digest == key->digest; };
    if (std::ranges::any_of(keys.keys_, same))
      return refuse(ErrorCode::invalid_value, fmt::format("line {}: this name or key was there before", number));
    keys.keys_.push_back(std::move(*key));
  }
  if (keys.empty()) return refuse(ErrorCode::invalid_value, "it holds no key");
  return keys;
}

const AccessKey* AccessKeys::find(std::string_view key) const noexcept {
  const base::Sha256 digest = base::sha256(key);
  const AccessKey* found = nullptr;
  for (const AccessKey& each : keys_) {
    if (base::same_digest(each.digest, digest)) found = &each;
  }
  return found;
}

}  // namespace hazard::serve
