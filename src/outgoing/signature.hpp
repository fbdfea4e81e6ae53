// The signature on what is sent to webhooks, after Standard Webhooks (https://www.standardwebhooks.com, scheme "v1"): HMAC-SHA256
// (RFC 2104) over "id.timestamp.body" with a shared secret. Pure; the deliverer's thread and the start.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/sha256.hpp"
#include "domain/frame.hpp"

namespace hazard::outgoing {

using Secret = domain::Bytes;
inline constexpr std::size_t kSecretBytesLeast = 24;
inline constexpr std::size_t kSecretBytesMost = 64;

// "whsec_" and the base64 of 24 to 64 random bytes; nothing for any other text.
std::optional<Secret> secret_from(std::string_view text);

base::Sha256 hmac_sha256(const Secret& key, std::string_view message);

// The value of the header webhook-signature: "v1," and the base64 of the digest. `timestamp` is in seconds since the epoch.
std::string signature(const Secret& secret, std::string_view event_id, std::int64_t timestamp, std::string_view body);

}  // namespace hazard::outgoing
