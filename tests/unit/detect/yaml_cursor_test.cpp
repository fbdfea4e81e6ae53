#include "detect/yaml_cursor.hpp"

#include <gtest/gtest.h>

namespace hazard::detect {
namespace {

std::string plain(std::string_view text, YamlCursor::Mode mode = {}) {
  const auto value = YamlCursor(text).scalar(mode);
  return value ? *value : "REFUSED: " + value.error().message;
}

bool refused(std::string_view text) { return !YamlCursor(text).scalar({}); }

TEST(YamlCursor, plain_scalars_end_before_a_comment_and_lose_trailing_blanks) {
  EXPECT_EQ(plain("crack"), "crack");
  EXPECT_EQ(plain("  alligator crack   # D20"), "alligator crack");
  EXPECT_EQ(plain("d20#net"), "d20#net");
  EXPECT_EQ(plain("it's"), "it's");
  EXPECT_EQ(plain(""), "");
}

TEST(YamlCursor, plain_keys_end_before_a_colon_and_a_blank_only) {
  EXPECT_EQ(plain("a:b: c", {.key = true}), "a:b");
  EXPECT_EQ(plain("0: crack", {.key = true}), "0");
  EXPECT_EQ(plain("http://x: y", {.key = true}), "http://x");
}

TEST(YamlCursor, plain_flow_scalars_end_at_the_marks_of_the_flow) {
  EXPECT_EQ(plain("a, b]", {.flow = true}), "a");
  EXPECT_EQ(plain("b]", {.flow = true}), "b");
  EXPECT_EQ(plain("c}", {.flow = true}), "c");
  EXPECT_EQ(plain("a, b"), "a, b");
}

TEST(YamlCursor, line_ends_inside_a_scalar_fold_to_one_blank) {
  EXPECT_EQ(plain("a long  \n   sentence"), "a long sentence");
  EXPECT_EQ(plain("'a long\n   sentence'"), "a long sentence");
  EXPECT_EQ(plain("\"a long\\\n   er word\""), "a longer word");
}

TEST(YamlCursor, single_quotes_know_one_escape) {
  EXPECT_EQ(plain("'a # b: c'"), "a # b: c");
  EXPECT_EQ(plain("'it''s'"), "it's");
  EXPECT_EQ(plain("''"), "");
  EXPECT_EQ(plain(R"('a\n')"), R"(a\n)");
}

TEST(YamlCursor, double_quotes_know_the_usual_escapes) {
  EXPECT_EQ(plain(R"("a\"b\\c\/d\te")"), "a\"b\\c/d\te");
  EXPECT_EQ(plain(R"("\x41\u044f\u043c\U0001F573")"), "A\xD1\x8F\xD0\xBC\xF0\x9F\x95\xB3");
}

TEST(YamlCursor, refuses_what_never_ends) {
  EXPECT_TRUE(refused("'abc"));
  EXPECT_TRUE(refused("\"abc"));
  EXPECT_TRUE(refused("'abc''"));
  EXPECT_TRUE(refused("\"abc\\"));
  EXPECT_TRUE(refused("\""));
}

TEST(YamlCursor, refuses_escapes_that_are_unknown_short_or_no_character) {
  EXPECT_TRUE(refused(R"("\q")"));
  EXPECT_TRUE(refused(R"("\x4")"));
  EXPECT_TRUE(refused(R"("\u04g0")"));
  EXPECT_TRUE(refused(R"("\ud800")"));
  EXPECT_TRUE(refused(R"("\U00110000")"));
  EXPECT_TRUE(refused(R"("\x00")"));
  EXPECT_FALSE(refused(R"("\U0010FFFF")"));
}

TEST(YamlCursor, refuses_anchors_tags_and_block_scalars) {
  for (const char* text : {"&a b", "*a", "!!python/object:os.system x", "|", "> folded", "@x", "`x", "%x"})
    EXPECT_TRUE(refused(text)) << text;
}

}  // namespace
}  // namespace hazard::detect
