#include "detect/flat_yaml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hazard::detect {
namespace {

using Kind = YamlEntry::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::vector<YamlEntry> read(std::string_view text) {
  auto entries = read_flat_yaml(text);
  EXPECT_TRUE(entries) << (entries ? "" : entries.error().message);
  return entries ? *entries : std::vector<YamlEntry>{};
}

std::string why_refused(std::string_view text) {
  const auto entries = read_flat_yaml(text);
  return entries ? "accepted" : entries.error().message;
}

TEST(FlatYaml, reads_scalars_with_their_lines) {
  const auto entries = read("# an exporter wrote this\n\nversion: 8.3.1  # of it\ntask: 'detect'\nempty:\n");
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].key, "version");
  EXPECT_EQ(entries[0].scalar, "8.3.1");
  EXPECT_EQ(entries[0].line, 3);
  EXPECT_EQ(entries[1].scalar, "detect");
  EXPECT_EQ(entries[2].kind, Kind::scalar);
  EXPECT_EQ(entries[2].scalar, "");
}

TEST(FlatYaml, reads_block_lists_indented_or_not) {
  EXPECT_THAT(read("imgsz:\n- 640\n- 384\nnext: 1\n")[0].items, ElementsAre("640", "384"));
  EXPECT_THAT(read("imgsz:\n  - 640\n  - 384\n")[0].items, ElementsAre("640", "384"));
}

TEST(FlatYaml, reads_block_maps) {
  EXPECT_THAT(read("names:\n  0: crack\n  1: 'pot: hole'\nnext: 1\n")[0].pairs,
              ElementsAre(Pair("0", "crack"), Pair("1", "pot: hole")));
}

TEST(FlatYaml, reads_flow_lists_and_maps_also_over_lines) {
  EXPECT_THAT(read("imgsz: [640, 384]\n")[0].items, ElementsAre("640", "384"));
  EXPECT_THAT(read("names: {0: crack, 1: 'pothole',\n  2: \"a, b\"}\n")[0].pairs,
              ElementsAre(Pair("0", "crack"), Pair("1", "pothole"), Pair("2", "a, b")));
  EXPECT_THAT(read("a: []\nb: {}\n")[0].items, ElementsAre());
  EXPECT_THAT(read("a: [x, ]\n")[0].items, ElementsAre("x"));
}

TEST(FlatYaml, folds_long_sentences_as_exporters_wrap_them) {
  EXPECT_EQ(read("description: a model of\n  roads and\n  hazards\nnext: 1\n")[0].scalar, "a model of roads and hazards");
  EXPECT_THAT(read("names:\n  0: a very\n    long name\n  1: b\n")[0].pairs,
              ElementsAre(Pair("0", "a very long name"), Pair("1", "b")));
}

TEST(FlatYaml, accepts_a_document_mark_a_byte_order_mark_and_windows_line_ends) {
  EXPECT_EQ(read("\xEF\xBB\xBF%YAML 1.2\r\n---\r\ntask: detect\r\nb: 1\r\n...\r\nwhatever\r\n").size(), 2U);
}

TEST(FlatYaml, keeps_what_lies_deeper_as_nested_and_reads_on) {
  const auto entries = read(
      "args:\n  nms: true\n  deep:\n    deeper: 1\n  list:\n  - 1\n  last: 2\ntags: !!x y\nblock: |\n  text: a\n  - b\nmix:\n- "
      "a: b\n- c\nflow: [[1], 2]\nend: 1\n");
  ASSERT_EQ(entries.size(), 6U);
  EXPECT_THAT(entries[0].pairs, ElementsAre(Pair("nms", "true"), Pair("last", "2")));
  EXPECT_EQ(entries[1].kind, Kind::nested);
  EXPECT_EQ(entries[2].kind, Kind::nested);
  EXPECT_EQ(entries[3].kind, Kind::nested);
  EXPECT_EQ(entries[4].kind, Kind::nested);
  EXPECT_EQ(entries[5].scalar, "1");
}

TEST(FlatYaml, never_shifts_a_list_that_holds_more_than_scalars) {
  EXPECT_EQ(read("names:\n- crack\n- [x]\n- pothole\n")[0].kind, Kind::nested);
}

TEST(FlatYaml, refuses_broken_text_with_its_line) {
  EXPECT_THAT(why_refused("a: 1\nnonsense\n"), HasSubstr("line 2"));
  EXPECT_THAT(why_refused("- a\n"), HasSubstr("list item"));
  EXPECT_THAT(why_refused("  a: 1\n"), HasSubstr("indented"));
  EXPECT_THAT(why_refused("a:\n\tb: 1\n"), HasSubstr("tab"));
  EXPECT_THAT(why_refused("a: 'x\n"), HasSubstr("never closed"));
  EXPECT_THAT(why_refused("a: 'x' y\n"), HasSubstr("follows"));
  EXPECT_THAT(why_refused("a: [1, 2\nb: 3\n"), HasSubstr("line 1"));
  EXPECT_THAT(why_refused("a: {0 crack}\n"), HasSubstr("':'"));
  EXPECT_THAT(why_refused("a: ['x' 'y']\n"), HasSubstr("','"));
  EXPECT_THAT(why_refused("a: {x: 'y' 'z'}\n"), HasSubstr("'}'"));
  EXPECT_THAT(why_refused("a: {x: y\n"), HasSubstr("missing in a map"));
  EXPECT_THAT(why_refused("a: 1\n---\nb: 2\n"), HasSubstr("second document"));
  EXPECT_THAT(why_refused("names:\n  0: a\n  - b\n"), HasSubstr("line 3"));
  EXPECT_THAT(why_refused("names:\n  - a\n  b: 1\n"), HasSubstr("line 3"));
  EXPECT_THAT(why_refused("names:\n    0: a\n  1: b\n"), HasSubstr("line 3"));
  EXPECT_THAT(why_refused(": x\n"), HasSubstr("key: value"));
}

TEST(FlatYaml, refuses_what_is_no_text) {
  EXPECT_THAT(why_refused(std::string_view("a: \0b", 5)), HasSubstr("UTF-8"));
  EXPECT_THAT(why_refused("a: \xFF\xFE"), HasSubstr("UTF-8"));
  EXPECT_THAT(why_refused("\x7F"), HasSubstr("UTF-8"));
}

TEST(FlatYaml, holds_its_bounds_at_below_and_above) {
  const std::string filler(kYamlBytesMax, '#');
  EXPECT_EQ(why_refused(filler), "accepted");
  EXPECT_EQ(why_refused(filler.substr(1)), "accepted");
  EXPECT_THAT(why_refused(filler + "#"), HasSubstr("larger"));

  std::string keys;
  for (std::size_t i = 0; i < kYamlKeysMax; ++i) keys += "k" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(why_refused(keys), "accepted");
  EXPECT_THAT(why_refused(keys + "one_more: 1\n"), HasSubstr("too many keys"));

  std::string items = "a:\n";
  for (std::size_t i = 0; i < kYamlItemsMax; ++i) items += "- x\n";
  EXPECT_EQ(why_refused(items), "accepted");
  EXPECT_THAT(why_refused(items + "- x\n"), HasSubstr("too long"));

  const std::string scalar = "a: " + std::string(kYamlScalarBytesMax, 'x');
  EXPECT_EQ(why_refused(scalar), "accepted");
  EXPECT_THAT(why_refused(scalar + "x"), HasSubstr("too long"));
}

TEST(FlatYaml, bounds_flow_lists_and_maps_too) {
  std::string list = "[x";
  std::string map = "{0: x";
  for (std::size_t i = 1; i < kYamlItemsMax; ++i) {
    list += ",x";
    map += ",0: x";
  }
  EXPECT_EQ(why_refused("a: " + list + "]"), "accepted");
  EXPECT_EQ(why_refused("a: " + map + "}"), "accepted");
  EXPECT_THAT(why_refused("a: " + list + ",x]"), HasSubstr("too long"));
  EXPECT_THAT(why_refused("a: " + map + ",0: x}"), HasSubstr("too long"));
}

TEST(YamlValue, reads_one_value_by_itself) {
  EXPECT_THAT(read_yaml_value("{0: 'crack', 1: \"pothole\"}")->pairs, ElementsAre(Pair("0", "crack"), Pair("1", "pothole")));
  EXPECT_THAT(read_yaml_value("['crack', 'pothole']")->items, ElementsAre("crack", "pothole"));
  EXPECT_EQ(read_yaml_value("crack pothole")->scalar, "crack pothole");
  EXPECT_FALSE(read_yaml_value("{0: crack} x"));
  EXPECT_FALSE(read_yaml_value("\xC0\x80"));
}

TEST(CleanUtf8, knows_every_malformed_form) {
  EXPECT_TRUE(is_clean_utf8(""));
  EXPECT_TRUE(is_clean_utf8("a\tb\r\n"));
  EXPECT_TRUE(is_clean_utf8("\xD1\x8F \xE2\x82\xAC \xF0\x9F\x95\xB3 \xF4\x8F\xBF\xBF \xED\x9F\xBF"));
  EXPECT_FALSE(is_clean_utf8("\x80"));              // a tail by itself
  EXPECT_FALSE(is_clean_utf8("\xC1\x81"));          // overlong
  EXPECT_FALSE(is_clean_utf8("\xE0\x9F\xBF"));      // overlong
  EXPECT_FALSE(is_clean_utf8("\xF0\x8F\xBF\xBF"));  // overlong
  EXPECT_FALSE(is_clean_utf8("\xED\xA0\x80"));      // surrogate
  EXPECT_FALSE(is_clean_utf8("\xF4\x90\x80\x80"));  // beyond U+10FFFF
  EXPECT_FALSE(is_clean_utf8("\xF5\x80\x80\x80"));
  EXPECT_FALSE(is_clean_utf8("\xE2\x82"));  // cut short
  EXPECT_FALSE(is_clean_utf8("\xF0\x9F\x95"));
  EXPECT_FALSE(is_clean_utf8("\x1B[31m"));
}

}  // namespace
}  // namespace hazard::detect
