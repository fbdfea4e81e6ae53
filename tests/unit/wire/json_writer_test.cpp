#include "wire/json_writer.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <string>

namespace hazard::wire {
namespace {

std::string text(std::string_view content) {
  std::string out;
  JsonWriter(out).value(content);
  return out;
}

std::string number(double content) {
  std::string out;
  JsonWriter(out).value(content);
  return out;
}

std::string fixed(double content, int digits) {
  std::string out;
  JsonWriter(out).fixed(content, digits);
  return out;
}

TEST(JsonWriter, puts_commas_between_values_only) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("a", 1).key("b").begin_array().value(true).value(false).begin_object().end_object().null();
  json.end_array().key("c").begin_array().end_array().field("d", "x").end_object();
  EXPECT_EQ(out, R"({"a":1,"b":[true,false,{},null],"c":[],"d":"x"})");
}

TEST(JsonWriter, appends_to_what_is_there) {
  std::string out = "data: ";
  JsonWriter(out).begin_array().end_array();
  EXPECT_EQ(out, "data: []");
}

TEST(JsonWriter, escapes_quotes_backslashes_and_every_control_character) {
  EXPECT_EQ(text("a\"b\\c/"), R"("a\"b\\c/")");
  EXPECT_EQ(text("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(text(std::string_view("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\x7f\"");
}

TEST(JsonWriter, escapes_line_separators_of_javascript) {
  EXPECT_EQ(text("a\xE2\x80\xA8"), R"("a\u2028")");
  EXPECT_EQ(text("\xE2\x80\xA9z"), R"("\u2029z")");
  EXPECT_EQ(text("\xE2\x80\xAA"), "\"\xE2\x80\xAA\"");  // U+202A is plain
}

TEST(JsonWriter, keeps_well_formed_utf8) {
  for (const char* sample :
       {"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(text(sample), '"' + std::string(sample) + '"');
  }
}

TEST(JsonWriter, replaces_each_byte_that_is_no_utf8) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(text("\xFF"), '"' + bad + '"');
  EXPECT_EQ(text("a\x80z"), "\"a" + bad + "z\"");
  EXPECT_EQ(text("\xC0\xAF"), '"' + bad + bad + '"');                      // overlong
  EXPECT_EQ(text("\xED\xA0\x80"), '"' + bad + bad + bad + '"');            // surrogate
  EXPECT_EQ(text("\xF4\x90\x80\x80"), '"' + bad + bad + bad + bad + '"');  // above U+10FFFF
  EXPECT_EQ(text("\xE2\x82"), '"' + bad + bad + '"');                      // cut short
}

TEST(JsonWriter, random_bytes_always_parse) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 40, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    const std::string json = text(bytes);
    boost::json::error_code ec;
    boost::json::parse(json, ec);
    ASSERT_FALSE(ec) << round;
    ASSERT_EQ(json.find_first_of("\r\n"), std::string::npos);
  }
}

TEST(JsonWriter, keys_are_escaped_too) {
  std::string out;
  JsonWriter(out).begin_object().field("a\"\n", 1).end_object();
  EXPECT_EQ(out, R"({"a\"\n":1})");
}

TEST(JsonWriter, strings_of_every_length_come_out_whole) {
  std::string wanted;
  for (int length = 0; length < 200; ++length, wanted += static_cast<char>('a' + length % 26)) {
    EXPECT_EQ(text(wanted), '"' + wanted + '"');
    EXPECT_EQ(text(wanted + "\n"), '"' + wanted + "\\n\"");
    std::string out = "{}";
    JsonWriter(out).field(wanted, 1);
    EXPECT_EQ(out, "{}\"" + wanted + "\":1");
  }
}

TEST(JsonWriter, the_largest_scaled_integers_fit) {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const int digits : {0, 1, 6}) {
    json.scaled_integer(std::numeric_limits<std::int64_t>::min(), digits)
        .scaled_integer(std::numeric_limits<std::int64_t>::max(), digits);
  }
  json.end_array();
  EXPECT_EQ(out,
            "[-9223372036854775808,9223372036854775807,-922337203685477580.8,922337203685477580.7,-9223372036854.775808,"
            "9223372036854.775807]");
}

TEST(JsonWriter, writes_integers_whole) {
  std::string out;
  JsonWriter json(out);
  json.begin_array().value(std::numeric_limits<std::int64_t>::min()).value(std::numeric_limits<std::uint64_t>::max()).value(0);
  json.end_array();
  EXPECT_EQ(out, "[-9223372036854775808,18446744073709551615,0]");
}

TEST(JsonWriter, numbers_without_a_finite_value_become_null) {
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    EXPECT_EQ(number(bad), "null");
    EXPECT_EQ(fixed(bad, 3), "null");
  }
}

TEST(JsonWriter, shortest_numbers_read_back_the_same) {
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(0.1), "0.1");
  EXPECT_EQ(number(1700000000), "1700000000");
  EXPECT_EQ(number(1700000000.123456), "1700000000.123456");
  std::mt19937_64 random(11);
  for (int round = 0; round < 5000; ++round) {
    const double value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    ASSERT_EQ(std::strtod(number(value).c_str(), nullptr), value);
  }
}

TEST(JsonWriter, fixed_rounds_and_cuts_trailing_zeros) {
  EXPECT_EQ(fixed(1.5, 3), "1.5");
  EXPECT_EQ(fixed(12.3456, 3), "12.346");
  EXPECT_EQ(fixed(0.0004, 3), "0");
  EXPECT_EQ(fixed(-0.0004, 3), "0");
  EXPECT_EQ(fixed(-1.25, 1), "-1.3");
  EXPECT_EQ(fixed(2.001, 3), "2.001");
  EXPECT_EQ(fixed(100, 2), "100");
  EXPECT_EQ(fixed(0.05, 2), "0.05");
  EXPECT_EQ(fixed(7.9, 0), "8");
}

TEST(JsonWriter, fixed_keeps_numbers_too_large_to_round) {
  EXPECT_EQ(std::stod(fixed(1e300, 3)), 1e300);
  EXPECT_EQ(std::stod(fixed(-9.1e15, 3)), -9.1e15);
}

TEST(JsonWriter, scaled_integers_are_exact) {
  std::string out;
  JsonWriter json(out);
  json.begin_array()
      .scaled_integer(1'700'000'000'000'001, 6)
      .scaled_integer(-5, 1)
      .scaled_integer(-1'000, 3)
      .scaled_integer(42, 0);
  json.end_array();
  EXPECT_EQ(out, "[1700000000.000001,-0.5,-1,42]");
}

}  // namespace
}  // namespace hazard::wire
