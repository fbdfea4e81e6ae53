#include "wire/base64.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "wire/base64_block.hpp"

namespace hazard::wire {
namespace {

std::string decoded(std::string_view text) {
  const auto bytes = base64_decode(text);
  return bytes ? std::string(bytes->begin(), bytes->end()) : "refused";
}

std::string encoded(std::string_view text) {
  return base64_encode({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

domain::Bytes random_bytes(std::mt19937& random, std::size_t size) {
  domain::Bytes bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

TEST(Base64, vectors_of_rfc_4648) {
  for (const auto& [plain, text] : {std::pair{"", ""},
                                    {"f", "Zg=="},
                                    {"fo", "Zm8="},
                                    {"foo", "Zm9v"},
                                    {"foob", "Zm9vYg=="},
                                    {"fooba", "Zm9vYmE="},
                                    {"foobar", "Zm9vYmFy"}}) {
    EXPECT_EQ(encoded(plain), text);
    EXPECT_EQ(decoded(text), plain);
  }
}

TEST(Base64, takes_both_alphabets) {
  EXPECT_EQ(decoded("+/+/"), decoded("-_-_"));
  EXPECT_EQ(decoded("+/+/"), "\xFB\xFF\xBF");
  std::string standard;
  for (int i = 0; i < 1000; ++i) standard += "+/Aa";
  std::string url = standard;
  for (char& c : url) c = c == '+' ? '-' : c == '/' ? '_' : c;
  EXPECT_EQ(decoded(url), decoded(standard));
}

TEST(Base64, padding_is_optional_but_whole) {
  EXPECT_EQ(decoded("Zg"), "f");
  EXPECT_EQ(decoded("Zm8"), "fo");
  for (const char* text :
       {"Zg=", "Zg===", "Zm8==", "Zm9v=", "Zm9v====", "=", "====", "Z===", "Z=g=", "Zg==Zg==", "Zm8=v", "=Zg="}) {
    EXPECT_EQ(decoded(text), "refused") << text;
  }
}

TEST(Base64, a_single_character_left_over_is_refused) {
  for (const char* text : {"Z", "Zm9vY", "Zm9vZ "}) EXPECT_EQ(decoded(text), "refused") << text;
}

TEST(Base64, skips_white_space_anywhere) {
  EXPECT_EQ(decoded(" Z\tm\r\n9 v\v\f"), "foo");
  EXPECT_EQ(decoded("Zg = =\n"), "f");
  EXPECT_EQ(decoded("   "), "");
}

TEST(Base64, every_other_byte_is_refused_at_every_place) {
  const std::string good = encoded(std::string(150, 'x'));  // three blocks and a rest
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_= \t\r\n\v\f";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (alphabet.find(c) != std::string::npos) continue;
    for (std::size_t at = 0; at < good.size(); at += 13) {
      std::string bad = good;
      bad[at] = c;
      for (const auto& [name, block] : base64_blocks())
        ASSERT_FALSE(base64_decode_with(block, bad, 0)) << name << byte << ' ' << at;
    }
  }
}

TEST(Base64, leaves_the_asked_bytes_free_in_front) {
  const auto bytes = base64_decode("Zm9v", 5);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(*bytes, (domain::Bytes{0, 0, 0, 0, 0, 'f', 'o', 'o'}));
}

TEST(Base64, every_length_comes_back_through_every_kernel) {
  std::mt19937 random(3);
  for (std::size_t size = 0; size < 400; ++size) {
    const domain::Bytes bytes = random_bytes(random, size);
    const std::string text = base64_encode(bytes);
    for (const auto& [name, block] : base64_blocks()) ASSERT_EQ(base64_decode_with(block, text, 0), bytes) << name << ' ' << size;
  }
  const domain::Bytes large = random_bytes(random, 200'001);
  EXPECT_EQ(base64_decode(base64_encode(large)), large);
}

}  // namespace
}  // namespace hazard::wire
