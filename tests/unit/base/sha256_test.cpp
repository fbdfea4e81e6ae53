#include "base/sha256.hpp"

#include <gtest/gtest.h>

namespace hazard::base {
namespace {

// FIPS 180-4's own examples, and the lengths at which the padding takes another block (RFC 6234's reference gives the same).
TEST(sha256, agrees_with_the_published_examples) {
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(to_hex(sha256(std::string(1'000'000, 'a'))), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(sha256, pads_right_at_the_edges_of_a_block) {
  EXPECT_EQ(to_hex(sha256(std::string(55, 'a'))), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
  EXPECT_EQ(to_hex(sha256(std::string(56, 'a'))), "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
  EXPECT_EQ(to_hex(sha256(std::string(63, 'a'))), "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34");
  EXPECT_EQ(to_hex(sha256(std::string(64, 'a'))), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}

TEST(sha256, digests_are_equal_only_when_every_byte_is) {
  const Sha256 one = sha256("one");
  EXPECT_TRUE(same_digest(one, sha256("one")));
  for (const std::size_t at : {0U, 15U, 31U}) {
    Sha256 other = one;
    other[at] ^= 1;
    EXPECT_FALSE(same_digest(one, other)) << at;
  }
}

TEST(sha256, hex_reads_back_and_nothing_else_is_read) {
  const Sha256 digest = sha256("x");
  const std::string text = to_hex(digest);
  EXPECT_EQ(sha256_from_hex(text), digest);
  EXPECT_FALSE(sha256_from_hex(text.substr(1)));
  EXPECT_FALSE(sha256_from_hex(text + "0"));
  EXPECT_FALSE(sha256_from_hex("G" + text.substr(1)));
  EXPECT_FALSE(sha256_from_hex("A" + text.substr(1)));
  EXPECT_FALSE(sha256_from_hex(""));
}

}  // namespace
}  // namespace hazard::base
