#include "outgoing/signature.hpp"

#include <algorithm>
#include <array>

#include "wire/base64.hpp"

namespace hazard::outgoing {
namespace {

constexpr std::size_t kBlock = 64;  // bytes SHA-256 takes at once
constexpr std::string_view kPrefix = "whsec_";

std::string_view text_of(const base::Sha256& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

}  // namespace

std::optional<Secret> secret_from(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  const auto bytes = wire::base64_decode(text.substr(kPrefix.size()));
  if (!bytes || bytes->size() < kSecretBytesLeast || bytes->size() > kSecretBytesMost) return std::nullopt;
  return *bytes;
}

base::Sha256 hmac_sha256(const Secret& key, std::string_view message) {
  std::array<std::uint8_t, kBlock> padded{};
  if (key.size() > kBlock) {
    std::ranges::copy(base::sha256({reinterpret_cast<const char*>(key.data()), key.size()}), padded.begin());
  } else {
    std::ranges::copy(key, padded.begin());
  }
  std::string inner;
  std::string outer;
  for (const std::uint8_t byte : padded) {
    inner.push_back(static_cast<char>(byte ^ 0x36));
    outer.push_back(static_cast<char>(byte ^ 0x5C));
  }
  inner += message;
  outer += text_of(base::sha256(inner));
  return base::sha256(outer);
}

std::string signature(const Secret& secret, std::string_view event_id, std::int64_t timestamp, std::string_view body) {
  std::string signed_text(event_id);
  signed_text += '.';
  signed_text += std::to_string(timestamp);
  signed_text += '.';
  signed_text += body;
  const base::Sha256 digest = hmac_sha256(secret, signed_text);
  return "v1," + wire::base64_encode(domain::Bytes(digest.begin(), digest.end()));
}

}  // namespace hazard::outgoing
