#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hazard::base {
namespace {

TEST(Utf8Length, takes_the_first_and_last_of_each_length) {
  for (const char* text : {"a", "\x7F"}) EXPECT_EQ(utf8_length(text), 1U);
  for (const char* text : {"\xC2\x80", "\xDF\xBF"}) EXPECT_EQ(utf8_length(text), 2U);
  for (const char* text : {"\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF"}) EXPECT_EQ(utf8_length(text), 3U);
  for (const char* text : {"\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) EXPECT_EQ(utf8_length(text), 4U);
  EXPECT_EQ(utf8_length(std::string_view("\0", 1)), 1U);
  EXPECT_EQ(utf8_length("ab"), 1U);
}

TEST(Utf8Length, refuses_what_is_just_outside) {
  for (const char* text : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x7F", "\xC2\xC0", "\xE0\x9F\xBF", "\xE0\xA0",
                           "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF0\x90\x80", "\xFF"})
    EXPECT_EQ(utf8_length(text), 0U) << text;
}

TEST(Utf8Prefix, is_the_whole_text_up_to_the_limit_and_never_ends_inside_a_character) {
  EXPECT_EQ(utf8_prefix("abc", 3), "abc");
  EXPECT_EQ(utf8_prefix("abcd", 3), "abc");
  EXPECT_EQ(utf8_prefix("ab\xC3\xA4", 4), "ab\xC3\xA4");
  EXPECT_EQ(utf8_prefix("ab\xC3\xA4", 3), "ab");
  EXPECT_EQ(utf8_prefix("a\xF0\x90\x80\x80z", 4), "a");
  EXPECT_EQ(utf8_prefix("a\xF0\x90\x80\x80z", 5), "a\xF0\x90\x80\x80");
  EXPECT_EQ(utf8_prefix("\xC3\xA4", 1), "");
  EXPECT_EQ(utf8_prefix("", 0), "");
}

}  // namespace
}  // namespace hazard::base
