#include "base/log_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace hazard::base::log {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

const WallTime kNoon{std::chrono::milliseconds{1'763'812'800'007}};  // 2025-11-22 12:00:00.007 UTC

std::string json(std::string_view sentence, Fields fields = {}) {
  return format_line(Format::json, kNoon, Level::info, "frame_refused", sentence, fields);
}

std::string in_quotes(std::string_view text, std::size_t bytes_max = kValueBytesMax) {
  std::string out;
  append_quoted(out, text, bytes_max);
  return out;
}

TEST(FormatLine, json_has_time_level_event_sentence_and_fields_in_order) {
  EXPECT_EQ(
      json("A frame was refused.", {{"session_id", "ab-1"}, {"bytes", 12U}, {"delta", -3}, {"age_ms", 1.5}, {"first", true}}),
      R"({"time":"2025-11-22T12:00:00.007Z","level":"info","event":"frame_refused","message":"A frame was refused.",)"
      R"("session_id":"ab-1","bytes":12,"delta":-3,"age_ms":1.5,"first":true})"
      "\n");
}

TEST(FormatLine, text_is_aligned_and_quotes_only_what_needs_it) {
  EXPECT_EQ(format_line(Format::text, kNoon, Level::warn, "model_slow", "Slow.",
                        {{"device", "CPU"}, {"why", "two words"}, {"none", ""}}),
            "12:00:00.007 warn  model_slow             Slow.  device=CPU  why=\"two words\"  none=\"\"\n");
}

TEST(FormatLine, colour_only_wraps_the_text) {
  const std::string line = format_line(Format::coloured_text, kNoon, Level::error, "e", "Sentence.", {{"k", 1}});
  EXPECT_EQ(line, "12:00:00.007 \x1b[31;1merror\x1b[0m e                      Sentence.  \x1b[2mk=\x1b[0m1\n");
}

TEST(FormatLine, whole_numbers_keep_all_their_digits) {
  EXPECT_THAT(json("", {{"max", std::numeric_limits<std::uint64_t>::max()}, {"min", std::numeric_limits<std::int64_t>::min()}}),
              HasSubstr(R"("max":18446744073709551615,"min":-9223372036854775808)"));
}

TEST(FormatLine, numbers_json_has_no_word_for_become_null) {
  EXPECT_THAT(json("", {{"a", std::numeric_limits<double>::quiet_NaN()}, {"b", std::numeric_limits<float>::infinity()}}),
              HasSubstr(R"("a":null,"b":null)"));
}

TEST(FormatLine, a_hostile_value_stays_one_line_and_cannot_forge_a_field) {
  const std::string line = json("ok", {{"client", "x\",\"level\":\"error\n{\"event\":\"forged\"}\r\n"}});
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
  EXPECT_THAT(line, EndsWith(R"("client":"x\",\"level\":\"error\n{\"event\":\"forged\"}\r\n"})"
                             "\n"));
}

TEST(FormatLine, a_hostile_value_cannot_steer_the_terminal) {
  const std::string line = format_line(Format::text, kNoon, Level::info, "e", "\x1b]0;title\x07",
                                       {{"k",
                                         "\x1b[2J\xC2\x9B"
                                         "31m"}});
  EXPECT_THAT(line, Not(HasSubstr("\x1b")));
  EXPECT_THAT(line, Not(HasSubstr("\xC2\x9B")));
  EXPECT_THAT(line, HasSubstr("\\u001b]0;title\\u0007"));
  EXPECT_THAT(line, HasSubstr("\\u009b31m"));
}

TEST(FormatLine, leaves_out_fields_that_do_not_fit_and_says_so) {
  const std::string nasty(kValueBytesMax, '\x01');  // six bytes each once escaped
  const std::string line = json("s", {{"a", nasty}, {"b", nasty}, {"c", nasty}, {"d", 1}});
  EXPECT_LE(line.size(), kLineBytesMax);
  EXPECT_THAT(line, HasSubstr("\"b\":"));
  EXPECT_THAT(line, Not(HasSubstr("\"c\":")));
  EXPECT_THAT(line, EndsWith(",\"truncated\":true}\n"));
}

TEST(FormatLine, even_the_longest_sentence_leaves_a_whole_line) {
  const std::string sentence(10'000, '\x02');
  for (const Format format : {Format::json, Format::text, Format::coloured_text}) {
    const std::string line = format_line(format, kNoon, Level::info, "e", sentence, {{"a", sentence}, {"b", sentence}});
    EXPECT_LE(line.size(), kLineBytesMax);
    EXPECT_TRUE(line.ends_with('\n'));
  }
}

TEST(AppendQuoted, cuts_at_the_bound_and_marks_it) {
  EXPECT_EQ(in_quotes("1234", 5), "\"1234\"");
  EXPECT_EQ(in_quotes("12345", 5), "\"12345\"");
  EXPECT_EQ(in_quotes("123456", 5), "\"12345...\"");
}

TEST(AppendQuoted, never_cuts_inside_a_character) {
  EXPECT_EQ(in_quotes("ab\xC3\xA9", 4), "\"ab\xC3\xA9\"");
  EXPECT_EQ(in_quotes("ab\xC3\xA9", 3), "\"ab...\"");
}

TEST(AppendQuoted, keeps_good_utf8_as_it_is) {
  EXPECT_EQ(in_quotes("Schlagloch \xC3\xBC \xE2\x82\xAC \xF0\x9F\x9B\xA3"),
            "\"Schlagloch \xC3\xBC \xE2\x82\xAC \xF0\x9F\x9B\xA3\"");
}

TEST(AppendQuoted, replaces_each_kind_of_broken_utf8) {
  EXPECT_EQ(in_quotes("\x80"), R"("\ufffd")");                                // a continuation alone
  EXPECT_EQ(in_quotes("\xC0\xAF"), R"("\ufffd\ufffd")");                      // overlong slash
  EXPECT_EQ(in_quotes("\xE0\x80\xAF"), R"("\ufffd\ufffd\ufffd")");            // overlong in three
  EXPECT_EQ(in_quotes("\xED\xA0\x80"), R"("\ufffd\ufffd\ufffd")");            // a surrogate
  EXPECT_EQ(in_quotes("\xF4\x90\x80\x80"), R"("\ufffd\ufffd\ufffd\ufffd")");  // above U+10FFFF
  EXPECT_EQ(in_quotes("\xC3"), R"("\ufffd")");                                // cut short
  EXPECT_EQ(in_quotes("\xC3("), R"("\ufffd(")");
}

TEST(AppendQuoted, escapes_what_reverses_or_splits_lines) {
  EXPECT_EQ(in_quotes("a\xE2\x80\xAE"
                      "b"),
            R"("a\u202eb")");
  EXPECT_EQ(in_quotes("\xE2\x80\xA8\xE2\x80\xA9\xEF\xBB\xBF"), R"("\u2028\u2029\ufeff")");
  EXPECT_EQ(in_quotes(std::string_view("\0\x7F", 2)), R"("\u0000\u007f")");
}

TEST(AppendQuoted, random_bytes_always_give_one_line_of_ascii_safe_text) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 300, ' ');
    for (char& byte : bytes) byte = static_cast<char>(random());
    const std::string text = in_quotes(bytes);
    ASSERT_GE(text.size(), 2U);
    for (const char c : text) ASSERT_GE(static_cast<unsigned char>(c), 0x20U);
    // Every quote but the outer two is escaped.
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
      if (text[i] == '\\')
        ++i;
      else
        ASSERT_NE(text[i], '"');
    }
  }
}

TEST(LevelFrom, knows_its_own_names_only) {
  for (const Level level : {Level::debug, Level::info, Level::warn, Level::error}) EXPECT_EQ(level_from(to_string(level)), level);
  for (const char* wrong : {"", "INFO", "warning", "trace", "info "}) EXPECT_EQ(level_from(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace hazard::base::log
