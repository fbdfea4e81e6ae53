#include "outgoing/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <string>

namespace hazard::outgoing {
namespace {

struct Net {
  std::array<std::uint8_t, 16> bytes;
  int bits;
  Reach reach;
};

// The first that fits decides; what fits none is open.
constexpr Net kV4[]{
    {{0}, 8, Reach::nowhere},              // this network: Linux takes it for loopback
    {{10}, 8, Reach::inside},              // private
    {{100, 64}, 10, Reach::inside},        // shared by carriers
    {{127}, 8, Reach::inside},             // loopback
    {{169, 254}, 16, Reach::nowhere},      // link-local
    {{172, 16}, 12, Reach::inside},        // private
    {{192, 0, 0}, 24, Reach::nowhere},     // protocol assignments
    {{192, 0, 2}, 24, Reach::nowhere},     // documentation
    {{192, 88, 99}, 24, Reach::nowhere},   // 6to4 relays of old
    {{192, 168}, 16, Reach::inside},       // private
    {{198, 18}, 15, Reach::nowhere},       // benchmarks
    {{198, 51, 100}, 24, Reach::nowhere},  // documentation
    {{203, 0, 113}, 24, Reach::nowhere},   // documentation
    {{224}, 4, Reach::nowhere},            // multicast
    {{240}, 4, Reach::nowhere},            // reserved, broadcast
};
constexpr Net kV6[]{
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, Reach::inside},  // loopback
    {{0xFC}, 7, Reach::inside},                                              // unique local
    {{0x20, 0x01, 0x0D, 0xB8}, 32, Reach::nowhere},                          // documentation
    {{0x20, 0x01}, 23, Reach::nowhere},                                      // protocol assignments, Teredo
    {{0x20, 0x02}, 16, Reach::nowhere},                                      // 6to4: an IPv4 address inside
    {{0x3F, 0xFF}, 20, Reach::nowhere},                                      // documentation
    {{0x20}, 3, Reach::open},                                                // global unicast
};
constexpr std::array<std::uint8_t, 12> kNat64{0x00, 0x64, 0xFF, 0x9B};  // 64:ff9b::/96 (RFC 6052)

bool within(const std::array<std::uint8_t, 16>& bytes, const Net& net) noexcept {
  for (int bit = 0; bit < net.bits; bit += 8) {
    const auto at = static_cast<std::size_t>(bit / 8);
    const int left = std::min(8, net.bits - bit);
    const int mask = (0xFF << (8 - left)) & 0xFF;
    if (((bytes[at] ^ net.bytes[at]) & mask) != 0) return false;
  }
  return true;
}

}  // namespace

std::optional<Address> address_from(std::string_view text) {
  const std::string copy(text);
  Address address;
  if (::inet_pton(AF_INET, copy.c_str(), address.bytes.data()) == 1) return address;
  address.is_v6 = true;
  if (::inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

Reach reach_of(const Address& address) noexcept {
  if (!address.is_v6) {
    for (const Net& net : kV4) {
      if (within(address.bytes, net)) return net.reach;
    }
    return Reach::open;
  }
  if (std::equal(kNat64.begin(), kNat64.end(), address.bytes.begin())) {
    Address inner;
    std::copy_n(address.bytes.begin() + kNat64.size(), 4, inner.bytes.begin());
    return reach_of(inner);
  }
  for (const Net& net : kV6) {
    if (within(address.bytes, net)) return net.reach;
  }
  return Reach::nowhere;
}

}  // namespace hazard::outgoing
