#include <gtest/gtest.h>

#include <string>

#include "wire/client_message.hpp"

namespace hazard::wire {
namespace {

using domain::ErrorCode;

domain::Result<StreamQuery> stream_query(std::string_view text) {
  const auto pairs = parse_query(text);
  EXPECT_TRUE(pairs) << text;
  return parse_stream_query(pairs ? *pairs : QueryPairs{});
}

TEST(ParseQuery, splits_and_decodes) {
  const auto pairs = parse_query("a=1&b=x%20y+z&c&=v&&d=%C3%A4&e=a=b");
  ASSERT_TRUE(pairs);
  const QueryPairs wanted{{"a", "1"}, {"b", "x y z"}, {"c", ""}, {"", "v"}, {"d", "\xC3\xA4"}, {"e", "a=b"}};
  EXPECT_EQ(*pairs, wanted);
  EXPECT_TRUE(parse_query("")->empty());
}

TEST(ParseQuery, refuses_broken_escapes_and_nul) {
  for (const std::string_view text : {std::string_view("a=%"), std::string_view("a=%4"), std::string_view("a=%zz"),
                                      std::string_view("%=1"), std::string_view("a=%00"), std::string_view("a=\0b", 4)}) {
    const auto pairs = parse_query(text);
    ASSERT_FALSE(pairs) << text;
    EXPECT_EQ(pairs.error().code, ErrorCode::bad_request);
  }
}

TEST(ParseStreamQuery, reads_every_name) {
  const auto query = stream_query(
      "session_id=abc-_9&fps_limit=7.5&confidence_threshold=0.2&iou_threshold=0.3&max_detections=4&enable_tracking=true&batch_"
      "processing=0"
      "&quality_mode=speed&delivery=all&max_age_ms=600&fields=lean&resume=tok&last_event=5&last_seq=6&ticket=ignored");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->session_id, "abc-_9");
  EXPECT_EQ(query->patch.fps_limit, 7.5);
  EXPECT_EQ(query->patch.confidence_threshold, 0.2);
  EXPECT_EQ(query->patch.iou_threshold, 0.3);
  EXPECT_EQ(query->patch.max_detections, 4);
  EXPECT_EQ(query->patch.enable_tracking, true);
  EXPECT_EQ(query->patch.batch_processing, false);
  EXPECT_EQ(query->patch.quality_mode, "speed");
  EXPECT_EQ(query->patch.delivery, "all");
  EXPECT_EQ(query->patch.max_age_ms, 600);
  EXPECT_EQ(query->patch.fields, "lean");
  EXPECT_EQ(query->resume, "tok");
  EXPECT_EQ(query->last_event, 5U);
  EXPECT_EQ(query->last_seq, 6U);
}

TEST(ParseStreamQuery, nothing_given_is_nothing_set) {
  const auto query = stream_query("");
  ASSERT_TRUE(query);
  EXPECT_FALSE(query->session_id || query->resume || query->last_event || query->last_seq || query->patch.fps_limit);
}

TEST(ParseStreamQuery, takes_the_spellings_of_booleans) {
  for (const char* text : {"true", "True", "1"})
    EXPECT_EQ(stream_query("enable_tracking=" + std::string(text))->patch.enable_tracking, true);
  for (const char* text : {"false", "False", "0"})
    EXPECT_EQ(stream_query("enable_tracking=" + std::string(text))->patch.enable_tracking, false);
}

TEST(ParseStreamQuery, refuses_a_bad_value_with_the_fields_name) {
  for (const std::string& pair : std::initializer_list<std::string>{
           "session_id=", "session_id=a%20b", "fps_limit=", "fps_limit=fast", "fps_limit=5x", "fps_limit=nan", "fps_limit=inf",
           "fps_limit=+5", "fps_limit=1e999", "confidence_threshold=0,5", "max_detections=--1", "max_age_ms=0x50",
           "enable_tracking=yes", "enable_tracking=", "last_event=-1", "last_event=1.5",
           "last_seq=", "last_seq=18446744073709551616"}) {
    const auto query = stream_query(pair);
    ASSERT_FALSE(query) << pair;
    EXPECT_EQ(query.error().code, ErrorCode::invalid_value);
    EXPECT_NE(query.error().message.find(pair.substr(0, pair.find('='))), std::string::npos) << query.error().message;
  }
}

TEST(ParseStreamQuery, refuses_a_name_given_twice) {
  EXPECT_FALSE(stream_query("fps_limit=5&fps_limit=6"));
  EXPECT_FALSE(stream_query("session_id=a&session_id=a"));
  EXPECT_TRUE(stream_query("x=1&x=2"));
}

TEST(IsSessionId, takes_one_to_sixty_four_plain_characters) {
  EXPECT_TRUE(is_session_id("a"));
  EXPECT_TRUE(is_session_id("AZaz09_-"));
  EXPECT_TRUE(is_session_id(std::string(63, 'x')));
  EXPECT_TRUE(is_session_id(std::string(64, 'x')));
  EXPECT_FALSE(is_session_id(std::string(65, 'x')));
  for (const std::string_view text :
       {std::string_view(""), std::string_view("a b"), std::string_view("a/b"), std::string_view("a.b"),
        std::string_view("\xC3\xA4"), std::string_view("a\0", 2), std::string_view("a\n")}) {
    EXPECT_FALSE(is_session_id(text));
  }
}

TEST(ParseLocationHeader, reads_degrees) {
  const auto location = parse_location_header("52.52, -13.405");
  ASSERT_TRUE(location);
  EXPECT_EQ(location->latitude, 52.52);
  EXPECT_EQ(location->longitude, -13.405);
  EXPECT_TRUE(parse_location_header("90,180"));
  EXPECT_TRUE(parse_location_header("-90,-180"));
}

TEST(ParseLocationHeader, refuses_what_is_no_place) {
  for (const char* text : {"", ",", "1", "1,", ",1", "1,2,3", "a,b", "90.1,0", "0,180.1", "nan,1", "1;2", "1 2"}) {
    const auto location = parse_location_header(text);
    ASSERT_FALSE(location) << text;
    EXPECT_EQ(location.error().code, ErrorCode::invalid_value);
  }
}

}  // namespace
}  // namespace hazard::wire
