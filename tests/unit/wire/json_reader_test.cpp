#include "wire/json_reader.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "domain/limits.hpp"
#include "wire/json_writer.hpp"

namespace hazard::wire {
namespace {

bool accepts(std::string_view text) { return JsonDocument::parse(text).has_value(); }

std::string refusal(std::string_view text) {
  const auto document = JsonDocument::parse(text);
  if (document) return "accepted";
  EXPECT_EQ(document.error().code, domain::ErrorCode::invalid_json);
  return document.error().message;
}

double number(std::string_view text) {
  const auto document = JsonDocument::parse(text);
  EXPECT_TRUE(document) << text;
  return document ? document->root().number : std::numeric_limits<double>::quiet_NaN();
}

std::string again(std::string_view text) {
  const auto document = JsonDocument::parse(text);
  std::string out;
  if (!document) return "refused: " + document.error().message;
  JsonWriter json(out);
  document->write(document->root(), json);
  return out;
}

TEST(JsonReader, reads_every_kind_of_value) {
  const std::string text = R"( {"s":"x","n":-1.5e3,"t":true,"f":false,"z":null,"a":[1,[2],{}],"o":{"k":"v"}} )";
  const auto document = JsonDocument::parse(text);
  ASSERT_TRUE(document);
  const JsonNode& root = document->root();
  ASSERT_TRUE(root.is(JsonKind::object));
  EXPECT_EQ(document->children(root).size(), 7U);
  EXPECT_EQ(document->find(root, "s")->text, "x");
  EXPECT_EQ(document->find(root, "n")->number, -1500);
  EXPECT_EQ(document->find(root, "n")->text, "-1.5e3");
  EXPECT_TRUE(document->find(root, "t")->flag);
  EXPECT_FALSE(document->find(root, "f")->flag);
  EXPECT_TRUE(document->find(root, "z")->is(JsonKind::null));
  EXPECT_EQ(document->children(*document->find(root, "a")).size(), 3U);
  EXPECT_EQ(document->find(*document->find(root, "o"), "k")->text, "v");
}

TEST(JsonReader, finds_nothing_where_there_is_nothing) {
  const auto document = JsonDocument::parse(R"({"a":{"b":1},"c":[]})");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->find(document->root(), "b"), nullptr);  // not the nested one
  EXPECT_EQ(document->find(*document->find(document->root(), "c"), "a"), nullptr);
  EXPECT_TRUE(document->children(*document->find(document->root(), "c")).empty());
}

TEST(JsonReader, strings_without_escapes_are_views_into_the_text) {
  const std::string text = "{\"image_data\":\"" + std::string(100'000, 'A') + "\"}";
  const auto document = JsonDocument::parse(text);
  ASSERT_TRUE(document);
  const std::string_view image = document->find(document->root(), "image_data")->text;
  EXPECT_EQ(image.data(), text.data() + 15);
  EXPECT_EQ(image.size(), 100'000U);
}

TEST(JsonReader, resolves_escapes_in_strings_and_keys) {
  const auto document = JsonDocument::parse(R"({"a\/b":"\"\\\/\b\f\n\r\t\u0041\u00e4\ud83d\ude00"})");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->find(document->root(), "a/b")->text, "\"\\/\b\f\n\r\tA\xC3\xA4\xF0\x9F\x98\x80");
}

TEST(JsonReader, long_strings_with_escapes_come_out_whole) {
  std::string text = "[\"";
  std::string wanted;
  for (int i = 0; i < 20'000; ++i) {
    text += "ab\\/";
    wanted += "ab/";
  }
  text += "\"]";
  const auto document = JsonDocument::parse(text);
  ASSERT_TRUE(document);
  EXPECT_EQ(document->children(document->root()).front()->text, wanted);
}

TEST(JsonReader, views_survive_a_move_of_the_document) {
  auto document = JsonDocument::parse(R"({"a":"\n","b":"x"})");
  ASSERT_TRUE(document);
  const JsonDocument moved = std::move(*document);
  EXPECT_EQ(moved.find(moved.root(), "a")->text, "\n");
}

TEST(JsonReader, numbers_are_the_nearest_double) {
  for (const char* text : {"1700000000.123456", "0.1", "9007199254740993", "123456789.123456789", "5e-324",
                           "1.7976931348623157e308", "18446744073709551616", "-0.0000001", "2.2250738585072011e-308"}) {
    EXPECT_EQ(number(text), std::strtod(text, nullptr)) << text;
  }
}

TEST(JsonReader, numbers_beyond_a_double_are_refused_or_zero) {
  EXPECT_NE(refusal("1e309").find("too large"), std::string::npos);
  EXPECT_NE(refusal("[-1e400]").find("too large"), std::string::npos);
  EXPECT_FALSE(accepts("1" + std::string(400, '0')));
  EXPECT_FALSE(accepts("1" + std::string(400, '0') + "e-10"));
  EXPECT_EQ(number("1e-400"), 0);
  EXPECT_EQ(number("0." + std::string(400, '0') + "1"), 0);
}

TEST(JsonReader, refuses_numbers_that_json_does_not_know) {
  for (const char* text : {"NaN", "Infinity", "-Infinity", "nan", "01", "+1", ".5", "1.", "0x10", "1e", "--1", "-", "1_000"}) {
    EXPECT_FALSE(accepts(text)) << text;
  }
}

TEST(JsonReader, refuses_what_is_not_one_value) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "}",
                           "[1,]",
                           "{\"a\":1,}",
                           "{\"a\"}",
                           "{a:1}",
                           "{'a':1}",
                           "1 2",
                           "{} {}",
                           "[] x",
                           "// c\n1",
                           "/**/1",
                           "tru",
                           "\"abc",
                           "\xEF\xBB\xBF{}",
                           "[1\0]",
                           "\"\n\"",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\ud800\"",
                           "\"\\udc00\\ud800\""}) {
    EXPECT_FALSE(accepts(text)) << text;
  }
}

TEST(JsonReader, refuses_bytes_that_are_no_utf8) {
  for (const char* text :
       {"\"\xFF\"", "\"\xC0\xAF\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"", "\"\xE2\x82\"", "{\"\x80\":1}"}) {
    EXPECT_FALSE(accepts(text));
  }
}

TEST(JsonReader, refuses_repeated_keys_at_any_depth_and_in_any_spelling) {
  EXPECT_NE(refusal(R"({"a":1,"b":2,"a":3})").find("\"a\" appears twice"), std::string::npos);
  EXPECT_FALSE(accepts(R"([{"x":{"k":1,"k":1}}])"));
  EXPECT_FALSE(accepts(R"({"a":1,"\u0061":2})"));
  EXPECT_FALSE(accepts(R"({"":1,"":2})"));
  EXPECT_TRUE(accepts(R"({"a":{"a":1},"b":{"a":1}})"));
  EXPECT_TRUE(accepts(R"({"a":1,"A":2})"));
}

TEST(JsonReader, depth_is_bounded) {
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(accepts(nested(domain::kJsonDepthMax - 1)));
  EXPECT_TRUE(accepts(nested(domain::kJsonDepthMax)));
  EXPECT_NE(refusal(nested(domain::kJsonDepthMax + 1)).find("16 levels"), std::string::npos);
  EXPECT_FALSE(accepts(nested(100'000)));
  std::string objects;
  for (int i = 0; i < domain::kJsonDepthMax; ++i) objects += "{\"a\":";
  EXPECT_TRUE(accepts(objects + "1" + std::string(domain::kJsonDepthMax, '}')));
  EXPECT_FALSE(accepts(objects + "[]" + std::string(domain::kJsonDepthMax, '}')));
}

TEST(JsonReader, the_number_of_values_is_bounded) {
  const auto list = [](std::size_t values) {
    std::string text = "[0";
    for (std::size_t i = 2; i < values; ++i) text += ",0";
    return text + "]";
  };
  EXPECT_TRUE(accepts(list(kJsonValuesMax - 1)));
  EXPECT_TRUE(accepts(list(kJsonValuesMax)));
  EXPECT_FALSE(accepts(list(kJsonValuesMax + 1)));
}

TEST(JsonReader, every_beginning_of_a_text_is_refused) {
  const std::string text = R"({"type":"frame","n":[1,2.5e1,"a\nb"],"o":{"t":true}})";
  ASSERT_TRUE(accepts(text));
  for (std::size_t length = 0; length < text.size(); ++length) EXPECT_FALSE(accepts(text.substr(0, length))) << length;
}

TEST(JsonReader, writes_back_what_it_read) {
  EXPECT_EQ(again(R"([ 1.50 , {"k\n" : [ ] , "x" : {} } , "\u2028" , true, null , 12345678901234567890 ])"),
            R"([1.50,{"k\n":[],"x":{}},"\u2028",true,null,12345678901234567890])");
}

}  // namespace
}  // namespace hazard::wire
