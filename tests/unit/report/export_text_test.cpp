#include "report/export_text.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "support/hazards.hpp"

namespace hazard::report {
namespace {

TEST(ExportText, times_are_utc_with_milliseconds) {
  EXPECT_EQ(iso_time(test::at_second(0.123)), "2023-11-14T22:13:20.123Z");
  EXPECT_EQ(iso_time(base::WallTime{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(iso_time(base::WallTime{} - std::chrono::milliseconds(1)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(iso_time(base::WallTime::max()).size(), 24U);
}

TEST(ExportText, xml_names_its_own_characters_and_replaces_what_it_forbids) {
  EXPECT_EQ(xml_text("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&apos;");
  EXPECT_EQ(xml_text("caf\xC3\xA9 \xF0\x9F\x9A\x97"), "caf\xC3\xA9 \xF0\x9F\x9A\x97");
  EXPECT_EQ(xml_text(std::string("a\0b\x1B\x7F", 5)),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(xml_text("\xFF\xC0\x80\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(xml_text("\xEF\xBF\xBF"), "\xEF\xBF\xBD");
  EXPECT_EQ(xml_text("\t\r\n"), "\t&#13;\n");
  EXPECT_EQ(xml_text("\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD");  // cut short
}

TEST(ExportText, csv_quotes_only_where_needed) {
  EXPECT_EQ(csv_text("plain words"), "plain words");
  EXPECT_EQ(csv_text("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_text("say \"no\""), "\"say \"\"no\"\"\"");
  EXPECT_EQ(csv_text("two\r\nlines"), "\"two\r\nlines\"");
  EXPECT_EQ(csv_text(""), "");
  EXPECT_EQ(csv_text(std::string_view("a\0b", 3)), "ab");
}

TEST(ExportText, csv_is_no_formula) {
  EXPECT_EQ(csv_text("=1+1"), "'=1+1");
  EXPECT_EQ(csv_text("+49"), "'+49");
  EXPECT_EQ(csv_text("-1"), "'-1");
  EXPECT_EQ(csv_text("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(csv_text("\t=1"), "'\t=1");
  EXPECT_EQ(csv_text("\r=1"), "\"'\r=1\"");
  EXPECT_EQ(csv_text("=cmd|' /C calc'!A0, \"x\""), "\"'=cmd|' /C calc'!A0, \"\"x\"\"\"");
  EXPECT_EQ(csv_text("a=1"), "a=1");
}

TEST(ExportText, numbers_have_no_needless_digits) {
  EXPECT_EQ(decimal(52.5, 7), "52.5");
  EXPECT_EQ(decimal(13.40000004, 7), "13.4");
  EXPECT_EQ(decimal(-0.00000001, 7), "0");
  EXPECT_EQ(decimal(100, 2), "100");
  EXPECT_EQ(decimal(-122.4194155, 7), "-122.4194155");
  EXPECT_EQ(decimal(std::numeric_limits<double>::quiet_NaN(), 7), "");
}

}  // namespace
}  // namespace hazard::report
