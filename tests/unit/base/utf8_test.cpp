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

}  // namespace
}  // namespace hazard::base
