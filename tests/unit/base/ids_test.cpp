#include "base/ids.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string_view>

namespace hazard::base {
namespace {

TEST(MakeUuid, is_version_4_in_canonical_form) {
  for (int i = 0; i < 100; ++i) {
    const std::string uuid = make_uuid();
    ASSERT_EQ(uuid.size(), 36U);
    for (std::size_t at = 0; at < uuid.size(); ++at) {
      const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
      ASSERT_EQ(uuid[at] == '-', dash) << uuid;
      if (!dash) {
        ASSERT_NE(std::string_view("0123456789abcdef").find(uuid[at]), std::string_view::npos) << uuid;
      }
    }
    ASSERT_EQ(uuid[14], '4');
    ASSERT_NE(std::string_view("89ab").find(uuid[19]), std::string_view::npos) << uuid;
  }
}

TEST(MakeUuid, never_repeats) {
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(seen.insert(make_uuid()).second);
}

TEST(MakeToken, is_32_lower_case_hex_digits_and_never_repeats) {
  const std::string token = make_token();
  EXPECT_EQ(token.size(), 32U);
  EXPECT_EQ(token.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(token, make_token());
}

TEST(MakeRequestId, is_8_lower_case_hex_digits) {
  const std::string id = make_request_id();
  EXPECT_EQ(id.size(), 8U);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(MakeToken, uses_every_bit) {
  // Every digit takes all 16 values over many draws; a fixed bit would halve one of them.
  std::array<std::set<char>, 32> seen;
  for (int i = 0; i < 2000; ++i) {
    const std::string token = make_token();
    for (std::size_t at = 0; at < seen.size(); ++at) seen[at].insert(token[at]);
  }
  for (const auto& values : seen) EXPECT_EQ(values.size(), 16U);
}

}  // namespace
}  // namespace hazard::base
