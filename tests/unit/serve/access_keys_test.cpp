#include "serve/access_keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hazard::serve {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string digest_of(std::string_view key) { return base::to_hex(base::sha256(key)); }

std::string line(std::string_view name, std::string_view rights, std::string_view key) {
  return std::string(name) + " " + std::string(rights) + " " + digest_of(key) + "\n";
}

std::string refusal(const std::string& text) {
  const auto keys = AccessKeys::parse(text);
  EXPECT_FALSE(keys) << text;
  return keys ? std::string() : keys.error().message;
}

TEST(access_keys, open_what_their_line_says) {
  const auto keys =
      AccessKeys::parse("# the fleet\n\n" + line("fleet", "stream,detect", "one") + "  " + line("desk", "reports", "two"));
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->size(), 2U);
  const AccessKey* fleet = keys->find("one");
  ASSERT_NE(fleet, nullptr);
  EXPECT_EQ(fleet->name, "fleet");
  EXPECT_TRUE(fleet->rights.has(Access::stream));
  EXPECT_TRUE(fleet->rights.has(Access::detect));
  EXPECT_FALSE(fleet->rights.has(Access::reports));
  EXPECT_FALSE(fleet->rights.has(Access::admin));
  EXPECT_TRUE(keys->find("two")->rights.has(Access::reports));
}

TEST(access_keys, nobody_holds_another_key_or_the_digest_itself) {
  const auto keys = AccessKeys::parse(line("fleet", "stream", "one"));
  ASSERT_TRUE(keys);
  for (const std::string& wrong :
       {std::string(), std::string("One"), std::string("one "), digest_of("one"), std::string("fleet")})
    EXPECT_EQ(keys->find(wrong), nullptr) << wrong;
}

TEST(access_keys, a_last_line_without_its_end_and_windows_ends_are_read) {
  std::string text = line("fleet", "admin", "one");
  text.pop_back();
  EXPECT_TRUE(AccessKeys::parse(text));
  EXPECT_TRUE(AccessKeys::parse(text + "\r\n"));
}

TEST(access_keys, a_mistake_is_named_with_its_line_and_never_repeats_a_word) {
  EXPECT_THAT(refusal(line("a", "stream", "one") + "b stream\n"), HasSubstr("line 2: a line has three words"));
  EXPECT_THAT(refusal("b stream " + digest_of("k") + " more\n"), HasSubstr("three words"));
  EXPECT_THAT(refusal(line("a/b", "stream", "k")), HasSubstr("line 1: a name has"));
  EXPECT_THAT(refusal(line(std::string(65, 'a'), "stream", "k")), HasSubstr("a name has"));
  const std::string told = refusal("fleet stream my-very-secret-key\n");
  EXPECT_THAT(told, HasSubstr("SHA-256 in 64 hex digits"));
  EXPECT_THAT(told, Not(HasSubstr("secret")));
  for (const char* rights : {"streams", "stream,", ",stream", "stream,stream", "everyone", "any_key", "Stream", ","})
    EXPECT_THAT(refusal(line("a", rights, "k")), HasSubstr("rights are stream, detect, reports and admin")) << rights;
}

TEST(access_keys, names_and_keys_are_there_once) {
  EXPECT_THAT(refusal(line("a", "stream", "one") + line("a", "stream", "two")), HasSubstr("line 2"));
  EXPECT_THAT(refusal(line("a", "stream", "one") + line("b", "stream", "one")), HasSubstr("line 2"));
}

TEST(access_keys, a_file_without_a_key_is_a_mistake) {
  EXPECT_THAT(refusal(""), HasSubstr("no key"));
  EXPECT_THAT(refusal("# nothing\n\n"), HasSubstr("no key"));
}

}  // namespace
}  // namespace hazard::serve
