// Which network addresses messages may be sent to: a URL that somebody configured, or a name that somebody else's DNS answers, must
// not lead into the operator's own network unless that is meant. After the registries of special-purpose addresses (RFC 6890 and its
// updates). Judged for every connection, after names were resolved. Pure; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hazard::outgoing {

struct Address {
  bool is_v6 = false;
  std::array<std::uint8_t, 16> bytes{};  // in network order; the first four of an IPv4 address
};

// "192.0.2.1" or "2001:db8::1", without brackets; nothing for any other text.
std::optional<Address> address_from(std::string_view text);

enum class Reach : std::uint8_t {
  open,     // of the public Internet
  inside,   // loopback and private networks: only with WEBHOOK_ALLOW_PRIVATE
  nowhere,  // never: link-local (metadata services live there), multicast, reserved, IPv4 inside IPv6
};
Reach reach_of(const Address& address) noexcept;

}  // namespace hazard::outgoing
