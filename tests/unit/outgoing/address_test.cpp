#include "outgoing/address.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hazard::outgoing {
namespace {

Reach reach(const char* text) {
  const auto address = address_from(text);
  EXPECT_TRUE(address.has_value()) << text;
  return address ? reach_of(*address) : Reach::nowhere;
}

// Each net with its first and last address, and the neighbours outside where those are open.
TEST(Address, public_ones_are_open) {
  for (const char* text :
       {"1.0.0.0",         "8.8.8.8",     "9.255.255.255",   "11.0.0.0",     "100.63.255.255",  "100.128.0.0",
        "126.255.255.255", "128.0.0.0",   "169.253.255.255", "169.255.0.0",  "172.15.255.255",  "172.32.0.0",
        "192.167.255.255", "192.169.0.0", "198.17.255.255",  "198.20.0.0",   "223.255.255.255", "2606:4700:4700::1111",
        "2a00::1",         "2001:200::",  "2003::1",         "3fff:1000::1", "2000::1",         "64:ff9b::8.8.8.8"})
    EXPECT_EQ(reach(text), Reach::open) << text;
}

TEST(Address, loopback_and_private_networks_are_inside) {
  for (const char* text : {"10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.0", "127.0.0.1",
                           "127.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255", "::1",
                           "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1"})
    EXPECT_EQ(reach(text), Reach::inside) << text;
}

TEST(Address, nothing_is_ever_sent_to_the_rest) {
  for (const char* text : {"0.0.0.0",
                           "0.255.255.255",
                           "169.254.0.0",
                           "169.254.169.254",
                           "169.254.255.255",
                           "192.0.0.1",
                           "192.0.2.1",
                           "192.88.99.1",
                           "198.18.0.0",
                           "198.19.255.255",
                           "198.51.100.7",
                           "203.0.113.7",
                           "224.0.0.0",
                           "239.255.255.255",
                           "240.0.0.0",
                           "255.255.255.255",
                           "::",
                           "::2",
                           "::127.0.0.1",
                           "::ffff:127.0.0.1",
                           "::ffff:8.8.8.8",
                           "::ffff:10.0.0.1",
                           "fe80::1",
                           "febf::1",
                           "fec0::1",
                           "ff02::1",
                           "2001::1",
                           "2001:1ff::1",
                           "2001:db8::1",
                           "2002:7f00:1::1",
                           "3fff::1",
                           "100::1",
                           "64:ff9b::169.254.169.254",
                           "64:ff9b:1::1",
                           "4000::1",
                           "fbff::1",
                           "fe00::1"})
    EXPECT_EQ(reach(text), Reach::nowhere) << text;
}

TEST(Address, other_texts_are_no_address) {
  for (const char* text : {"", "localhost", "1.2.3", "256.1.1.1", "[::1]", "::g", "0x7f000001", "127.1", "2130706433", "::1%lo"})
    EXPECT_FALSE(address_from(text).has_value()) << text;
}

}  // namespace
}  // namespace hazard::outgoing
